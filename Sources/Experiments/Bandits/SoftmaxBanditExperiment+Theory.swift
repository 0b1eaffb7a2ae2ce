import Foundation
import PolicyOptimization
import Reports

extension SoftmaxBanditExperiment {
  /// The same two actions with something changed: where ACTDE rests by formula and by its table.
  struct Variant: Encodable, Sendable {
    var name: String
    var rewards: [Double]
    var initialValues: [Double]
    /// β = α/η.
    var temperature: Double
    var closedForm: [Double]
    /// π after 200 visits of each action in turn.
    var learned: [Double]
    /// The largest change of a logit at a first visit.
    var firstJump: Double

    init(
      _ name: String, _ rewards: [Double] = Bandit.food.rewards, initialValues: [Double] = [0, 0],
      learningRate: Double = 1, valueLearningRate: Double = 1
    ) {
      let bandit = Bandit(rewards: rewards, names: Bandit.food.names)
      var learner = bandit.learner(
        .actde, initialValues: initialValues, learningRate: learningRate,
        valueLearningRate: valueLearningRate)
      for visit in 0..<400 { learner.reinforce(visit % 2, outcome: rewards[visit % 2]) }
      self.name = name
      self.rewards = rewards
      self.initialValues = initialValues
      temperature = valueLearningRate / learningRate
      closedForm = bandit.fixedPoint(temperature: temperature, initialValues: initialValues)
      learned = learner.probabilities
      firstJump =
        zip(rewards, initialValues).map { learningRate * abs($0 - $1) }.max() ?? 0
    }

    static let all = [
      Variant("as published"),
      Variant("rewards + 100", [110, 111]),
      Variant("rewards + 100, q₀ = 100", [110, 111], initialValues: [100, 100]),
      Variant("q₀ = 10.5, the mean reward", initialValues: [meanReward, meanReward]),
      Variant("q₀ right for pizza only", initialValues: [10, 0]),
      Variant("rewards × 2", [20, 22]),
      Variant("rewards × ½", [5, 5.5]),
      Variant("η = ½", learningRate: 0.5),
      Variant("α = ½", valueLearningRate: 0.5),
    ]

    enum CodingKeys: String, CodingKey {
      case name, rewards, temperature, learned
      case initialValues = "initial_values"
      case closedForm = "closed_form"
      case firstJump = "first_jump"
    }
  }

  /// ACTDE as a differential equation, by the tables' rule and by a softmax policy's gradient.
  struct Flow: Encodable, Sendable {
    static let duration = 10_000.0

    var rewards: [Double]
    /// q₀ of both actions.
    var start: Double
    var update: TabularLearner.Update
    var limit: [Double]
    /// π(better action) by time.
    var path: [CurvePoint]

    init(_ rewards: [Double], start: Double = 0, _ update: TabularLearner.Update) {
      let bandit = Bandit(rewards: rewards)
      let better = rewards[0] > rewards[1] ? 0 : 1
      var learner = bandit.learner(.actde, initialValues: [start, start], update: update)
      var time = 0.0
      path = []
      for exponent in stride(from: -2, through: log10(Flow.duration) + 1e-9, by: 1.0 / 16) {
        let next = pow(10, exponent)
        // From the first few units on nothing changes faster than as e^−t: half a unit is a short step.
        if learner.expectedChange(outcomes: rewards).magnitude > 1e-13 {
          let steps = max(10, Int(((next - time) / 0.5).rounded(.up)))
          learner.flow(outcomes: rewards, for: next - time, stepCount: steps)
        }
        time = next
        path.append(CurvePoint(step: time, value: learner.probabilities[better]))
      }
      self.rewards = rewards
      self.start = start
      self.update = update
      limit = learner.probabilities
    }

    static let all = [
      Flow([1, 0.5], .chosenLogit), Flow([1, 0.5], .softmaxGradient),
      Flow([10, 11], .chosenLogit), Flow([10, 11], .softmaxGradient),
      Flow([10, 11], start: meanReward, .softmaxGradient),
    ]

    enum CodingKeys: String, CodingKey {
      case rewards, update, limit
      case start = "initial_value"
    }
  }
}

public import PolicyOptimization

/// A choice between actions with fixed rewards, and the policy that learning starts from.
public struct Bandit: Hashable, Sendable {
  /// What the actions are called.
  public let names: [String]
  /// The reward of every action.
  public let rewards: [Double]
  /// π₀.
  public let initialProbabilities: [Double]

  /// A bandit; names default to the actions' numbers, the policy to the uniform one.
  public init(rewards: [Double], initialProbabilities: [Double]? = nil, names: [String]? = nil) {
    self.names = names ?? rewards.indices.map { "action \($0)" }
    self.rewards = rewards
    self.initialProbabilities =
      initialProbabilities
      ?? Array(repeating: 1 / Double(rewards.count), count: rewards.count)
  }

  /// “We had a wedding” is worth 1, “We had a party” ½.
  public static let words = Bandit(rewards: [1, 0.5], names: ["wedding", "party"])
  /// Pizza is worth 10, wireheading 100, and 99 % of what is done at first is wireheading.
  public static let wireheading = Bandit(
    rewards: [10, 100], initialProbabilities: [0.01, 0.99], names: ["pizza", "wirehead"])
  /// Pizza is worth 10, cookies 11.
  public static let food = Bandit(rewards: [10, 11], names: ["pizza", "cookies"])

  /// A learner that has seen nothing of it.
  public func learner(
    _ method: TabularLearner.Method, initialValues: [Double]? = nil,
    update: TabularLearner.Update = .chosenLogit, learningRate: Double = 1,
    valueLearningRate: Double = 1
  ) -> TabularLearner {
    TabularLearner(
      method: method, initialProbabilities: initialProbabilities, initialValues: initialValues,
      update: update, learningRate: learningRate, valueLearningRate: valueLearningRate)
  }

  /// Where tabular ACTDE rests: π₀·exp((η/α)·(r − q₀)) / Z.
  public func fixedPoint(temperature: Double = 1, initialValues: [Double]? = nil) -> [Double] {
    let values = initialValues ?? rewards.map { _ in 0 }
    return tiltedDistribution(
      initialProbabilities, by: zip(rewards, values).map { $0 - $1 }, temperature: temperature)
  }
}

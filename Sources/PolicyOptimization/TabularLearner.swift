import Foundation

/// A softmax policy over the actions of one state, and its critic, as tables of numbers.
///
/// An action of advantage A, judged by the critic as it was before, changes the policy's logits; then the critic learns:
///
/// | | A | critic | logits |
/// |---|---|---|---|
/// | ``Method/ppo`` | R − v | v ← v + α·A | l(a) ← l(a) + η·A |
/// | ``Method/actde`` | R − q(a) | q(a) ← q(a) + α·A | l(a) ← l(a) + η·A |
///
/// R is the outcome r + γ·v(s′), in one-step problems the reward. With η = α = 1 these are the tables of Turner & Einhorn
/// 2023, where `ppo` stands for any method with a state's value as baseline: nothing is clipped here.
///
/// ```swift
/// var learner = TabularLearner(method: .actde, initialProbabilities: [0.5, 0.5])
/// learner.reinforce(0, outcome: 1)     // wedding
/// learner.reinforce(1, outcome: 0.5)   // party
/// learner.probabilities                // [0.6225, 0.3775], and so it stays
/// ```
///
/// Article: <doc:TabularActionConditionedError>.
public struct TabularLearner: Hashable, Sendable {
  /// What an outcome is compared with.
  public enum Method: String, CaseIterable, Codable, Hashable, Sendable {
    /// What the state was worth.
    case ppo
    /// What this action in this state was worth.
    case actde
  }

  /// How an advantage moves the logits.
  public enum Update: String, CaseIterable, Codable, Hashable, Sendable {
    /// Only the chosen action's logit, by η·A: the rule of the published tables.
    case chosenLogit = "chosen-logit"
    /// Every logit, by η·(1[a = b] − π(b))·A: the gradient of log π(a), as softmax policies are trained.
    case softmaxGradient = "softmax-gradient"
  }

  /// What outcomes are compared with.
  public let method: Method
  /// How an advantage moves the logits.
  public let update: Update
  /// η.
  public let learningRate: Double
  /// α.
  public let valueLearningRate: Double
  /// l, natural logarithms of probabilities up to a constant.
  public internal(set) var logits: [Double]
  /// What the critic knows: v alone, or q of every action.
  public internal(set) var values: [Double]

  /// A learner that has seen nothing.
  ///
  /// - Parameters:
  ///   - method: What outcomes are compared with.
  ///   - initialProbabilities: π₀, all positive, summing to 1.
  ///   - initialValues: v₀ alone, or q₀ of every action; zero without.
  ///   - update: How an advantage moves the logits.
  ///   - learningRate: η.
  ///   - valueLearningRate: α.
  public init(
    method: Method, initialProbabilities: [Double], initialValues: [Double]? = nil,
    update: Update = .chosenLogit, learningRate: Double = 1, valueLearningRate: Double = 1
  ) {
    let valueCount = method == .ppo ? 1 : initialProbabilities.count
    let values = initialValues ?? Array(repeating: 0, count: valueCount)
    precondition(
      initialProbabilities.allSatisfy { $0 > 0 }
        && abs(initialProbabilities.reduce(0, +) - 1) < 1e-6,
      "initial probabilities \(initialProbabilities)")
    precondition(
      values.count == valueCount, "\(values.count) initial values, \(method) has \(valueCount)")
    self.method = method
    self.update = update
    self.learningRate = learningRate
    self.valueLearningRate = valueLearningRate
    self.values = values
    logits = initialProbabilities.map { log($0) }
  }

  /// π, computed anew at every call.
  public var probabilities: [Double] { softmax(logits) }

  /// What an outcome of an action is compared with: v or q(a).
  public func baseline(of action: Int) -> Double { values[valueIndex(of: action)] }

  /// Learns from one visit.
  ///
  /// - Parameters:
  ///   - action: The action taken.
  ///   - outcome: R = r + γ·v(s′); the reward where nothing follows.
  /// - Returns: A, by the critic as it was.
  @discardableResult
  public mutating func reinforce(_ action: Int, outcome: Double) -> Double {
    let advantage = outcome - baseline(of: action)
    switch update {
    case .chosenLogit:
      logits[action] += learningRate * advantage
    case .softmaxGradient:
      for (other, probability) in probabilities.enumerated() {
        logits[other] += learningRate * ((other == action ? 1 : 0) - probability) * advantage
      }
    }
    values[valueIndex(of: action)] += valueLearningRate * advantage
    return advantage
  }

  func valueIndex(of action: Int) -> Int { method == .ppo ? 0 : action }
}

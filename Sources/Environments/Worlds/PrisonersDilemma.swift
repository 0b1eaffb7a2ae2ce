/// The iterated prisoner's dilemma against one's own past self.
///
/// Turner & Einhorn, "Mode collapse in RL may be fueled by the update equation", 2023: at each step a policy cooperates (0) or defects (1), and
/// the other player does what the policy did one step before. The reward at t is M[aₜ][aₜ₋₁], rows now and columns before. To defect after
/// cooperating is the temptation, to cooperate after defecting pays for it. The observation is one's own last action; the first "last action" is
/// drawn evenly. It never ends by itself: put a ``TimeLimit`` around it.
public struct PrisonersDilemma: Environment {
  /// M, the reward of an action (row) after one's last action (column).
  public let payoffs: [[Double]]
  /// What was done last: 0 if cooperated, 1 if defected.
  public private(set) var lastAction = 0
  private var progress = EpisodeProgress.unstarted

  /// A dilemma.
  ///
  /// - Parameter payoffs: M, 2 by 2: rows for the action now, columns for the one before.
  /// - Throws: ``EnvironmentError/wrongShape(of:expected:actual:)`` or ``EnvironmentError/notFinite(_:)``.
  public init(payoffs: [[Double]]) throws(EnvironmentError) {
    guard payoffs.map(\.count) == [2, 2] else {
      throw .wrongShape(
        of: "payoffs", expected: "2 by 2", actual: Self.shape(of: payoffs))
    }
    for (now, row) in payoffs.enumerated() {
      for (before, payoff) in row.enumerated() where !payoff.isFinite {
        throw .notFinite("payoffs[\(now)][\(before)]")
      }
    }
    self.init(unchecked: payoffs)
  }

  private init(unchecked payoffs: [[Double]]) {
    self.payoffs = payoffs
  }

  /// Whether the last action was to cooperate, and whether it was to defect.
  public var observationCount: Int { 2 }
  /// To cooperate is 0, to defect is 1.
  public var actionCount: Int { 2 }

  /// Begins with an evenly drawn last action.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    lastAction = generator.index(below: 2)
    progress = .underWay
    return observation
  }

  /// Plays against the last action.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    let reward = payoffs[action][lastAction]
    lastAction = action
    return Step(observation: observation, reward: reward)
  }

  private var observation: [Double] {
    lastAction == 0 ? [1, 0] : [0, 1]
  }

  private static func shape(of table: [[Double]]) -> String {
    let widths = Set(table.map(\.count))
    return widths.count == 1
      ? "\(table.count) by \(widths.first ?? 0)" : "\(table.count) rows of \(table.map(\.count))"
  }
}

// All four sum to zero, so that even play earns nothing. At γ = 0.5 the first and the last are best played by alternating, the other two by repeating.
extension PrisonersDilemma {
  /// The matrix of the published runs.
  public static let published = PrisonersDilemma(unchecked: [[0.5, -1.76139], [2, -0.738613]])

  /// Temptation 1 instead of 2; one of the authors' other matrices.
  public static let mildTemptation = PrisonersDilemma(
    unchecked: [[0.5, -1.27526], [1, -0.224745]])

  /// Temptation 0.7; one of the authors' other matrices.
  public static let faintTemptation = PrisonersDilemma(
    unchecked: [[0.5, -1.20718], [0.7, 0.00717968]])

  /// Temptation 2, and even mutual cooperation costs a little; one of the authors' other matrices.
  public static let costlyCooperation = PrisonersDilemma(
    unchecked: [[4 * -0.0294, 4 * -0.2647], [4 * 0.5, 4 * -0.2059]])
}

public import LanguageModels

/// What a policy is rewarded for: any function of whole completions.
public protocol Reward: Sendable {
  /// What each completion earned.
  ///
  /// - Parameter completions: What the policy answered.
  /// - Returns: The grades, in the same order.
  /// - Throws: Whatever keeps the reward from answering (a process that died, a judge that does not reply).
  func grades(_ completions: [Completion]) throws -> [Grade]

  /// Whether it waits for others most of the time, so that something else can be done meanwhile.
  var waits: Bool { get }
}

extension Reward {
  /// A reward computes, unless it says otherwise.
  public var waits: Bool { false }

  /// What each completion earned in all.
  ///
  /// - Parameter completions: What the policy answered.
  /// - Returns: The totals, in the same order.
  /// - Throws: Whatever keeps the reward from answering.
  public func scores(_ completions: [Completion]) throws -> [Double] {
    try grades(completions).map(\.total)
  }
}

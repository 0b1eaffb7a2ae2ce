public import LanguageModels

/// What a policy is rewarded for: any function of whole completions.
public protocol Reward: Sendable {
  /// One number for each completion.
  ///
  /// - Parameter completions: What the policy answered.
  /// - Returns: The scores, in the same order.
  /// - Throws: Whatever keeps the reward from answering (a process that died, a judge that does not reply).
  func scores(_ completions: [Completion]) throws -> [Double]
}

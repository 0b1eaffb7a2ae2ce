/// Why there is no grade for a completion.
public struct RewardFailure: Error, CustomStringConvertible {
  /// The part of a sum that failed; nil outside sums.
  public var part: String?
  /// The completion that was being judged, if it was one; counted from 0.
  public var completion: Int?
  /// What happened.
  public var cause: any Error

  /// A failure.
  public init(part: String? = nil, completion: Int? = nil, cause: any Error) {
    self.part = part
    self.completion = completion
    self.cause = cause
  }

  /// What failed, at which completion, and what the cause says.
  public var description: String {
    let whose = part.map { "the reward's part '\($0)'" } ?? "the reward"
    return whose + (completion.map { " at completion \($0)" } ?? "") + ": \(cause)"
  }
}

/// What is wrong with a choice that a reward is made of.
public struct RewardProblem: Error, Equatable, CustomStringConvertible {
  /// What is wrong, and what to do about it.
  public let description: String

  init(_ description: String) { self.description = description }
}

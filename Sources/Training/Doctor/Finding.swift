/// What one check of the doctor found.
public struct Finding: Codable, Equatable, Sendable {
  /// How a check ended.
  public enum Status: String, Codable, Sendable, CaseIterable {
    /// What was measured is inside its bound.
    case passed
    /// A run would work, and may not do what is wanted.
    case warning
    /// A run would learn something else than what is meant, or nothing.
    case failed
    /// There is nothing to check.
    case skipped
  }

  /// The check's name.
  public var check: String
  /// How it ended.
  public var status: Status
  /// What was measured, with the bound.
  public var measured: String
  /// What to change, where it did not pass.
  public var advice: String?

  /// A finding.
  public init(_ check: String, _ status: Status, _ measured: String, advice: String? = nil) {
    self.check = check
    self.status = status
    self.measured = measured
    self.advice = advice
  }
}

/// A finding that has yet to be given its check's name.
struct Verdict {
  var status: Finding.Status
  var measured: String
  var advice: String?

  static func passed(_ measured: String) -> Verdict { Verdict(status: .passed, measured: measured) }
  static func skipped(_ why: String) -> Verdict { Verdict(status: .skipped, measured: why) }

  static func warning(_ measured: String, _ advice: String) -> Verdict {
    Verdict(status: .warning, measured: measured, advice: advice)
  }

  static func failed(_ measured: String, _ advice: String) -> Verdict {
    Verdict(status: .failed, measured: measured, advice: advice)
  }
}

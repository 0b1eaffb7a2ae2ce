import Foundation

/// How an outside program failed that plays an environment or pays a reward.
public struct ProgramFailure: Error, Hashable, Sendable {
  /// What a program is for.
  public enum Role: String, Hashable, Sendable {
    /// It plays a world.
    case environment
    /// It scores completions.
    case reward
  }

  /// What happened.
  public enum Reason: Error, Hashable, Sendable {
    /// The program could not be started.
    case notStarted(reason: String)
    /// No whole line came in time.
    case noAnswer(seconds: Double)
    /// The program ended, with its exit status.
    case exited(status: Int32)
    /// The program was ended by a signal.
    case killed(signal: Int32)
    /// The program closed its standard output, or its input, but goes on.
    case closedStream
    /// A line is longer than any answer can be.
    case lineTooLong(limit: Int)
    /// A line is not a JSON object.
    case notJSON(line: String)
    /// A line holds NaN or an infinity, or a count that is not whole.
    case impossibleNumber(line: String)
    /// A line lacks a key.
    case missingKey(String, line: String)
    /// A key has a value that it cannot have.
    case wrongValue(key: String, problem: String, line: String)
    /// The program wrote when nothing was asked.
    case unasked(line: String)
    /// The program says itself that it cannot answer.
    case complaint(String, line: String)
    /// The program was closed before.
    case closed
  }

  /// What the program is for.
  public var role = Role.environment
  /// The program and its arguments, as they were given.
  public var title: String
  /// What it was asked: the line that was sent, or that it should introduce itself.
  public var request: String
  /// What happened.
  public var reason: Reason
  /// The last lines that it wrote to its standard error.
  public var lastErrors: [String]
}

extension ProgramFailure: CustomStringConvertible {
  /// The failure in one sentence with what to do about it, and the program's own last words.
  public var description: String {
    let words = lastErrors.map { "\n  | \($0)" }.joined()
    return """
      the \(role.rawValue) program '\(title)' \(reason.clause), when asked \(request); \(advice)\
      \(words.isEmpty ? "" : ". Its standard error ends:\(words)")
      """
  }
}

extension ProgramFailure.Reason {
  /// What happened, after "the program".
  fileprivate var clause: String {
    switch self {
    case .notStarted(let reason): "could not be started (\(reason))"
    case .noAnswer(let seconds): "gave no answer within \(seconds) seconds and was ended"
    case .exited(let status): "ended with exit status \(status)"
    case .killed(let signal): "was ended by signal \(signal)"
    case .closedStream: "closed its standard input or output"
    case .lineTooLong(let limit): "answered with a line of more than \(limit) bytes"
    case .notJSON(let line): "answered with something that is not a JSON object: \(line)"
    case .impossibleNumber(let line):
      "answered with a number that is not finite, or not whole where it must be: \(line)"
    case .missingKey(let key, let line): "answered without the key '\(key)': \(line)"
    case .wrongValue(let key, let problem, let line):
      "answered with a '\(key)' that \(problem): \(line)"
    case .unasked(let line): "had written a line before it was asked: \(line)"
    case .complaint(let words, let line): "answered that it failed (\(words)): \(line)"
    case .closed: "was closed before"
    }
  }
}

extension ProgramFailure {
  /// What to do about it.
  private var advice: String {
    switch reason {
    case .notStarted: "check the name of the program and that it may be run"
    case .noAnswer: "make it flush its output after each line, or allow more time"
    case .exited, .killed: "run it by hand with that line as its input to see why"
    case .closedStream: "let it read and write until it is told to close"
    case .lineTooLong, .notJSON, .impossibleNumber, .missingKey, .wrongValue:
      "see Documentation/\(role.rawValue.capitalized)Protocol.md for what it should write"
    case .unasked: "let it print to its standard error instead, and answer with one line"
    case .complaint: "run it by hand with that line as its input to see why"
    case .closed: "make a new \(role.rawValue)"
    }
  }
}

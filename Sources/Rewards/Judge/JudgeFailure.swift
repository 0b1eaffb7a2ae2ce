/// How asking a judge failed.
public struct JudgeFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened at the last attempt.
  public enum Reason: Hashable, Sendable {
    /// No whole reply came in time.
    case noAnswer(seconds: Double)
    /// The server could not be reached, or broke off.
    case unreachable(String)
    /// The server answered with an error; its first words.
    case status(Int, words: String)
    /// The reply is not one of chat completions.
    case malformed(words: String)
    /// The judge's words hold no score between the lowest and the highest.
    case noScore(words: String)
  }

  /// The address that was asked.
  public var url: String
  /// The model that was asked for.
  public var model: String
  /// How often.
  public var attempts: Int
  /// What happened at the last attempt.
  public var reason: Reason

  /// The failure in one sentence, with what to do about it.
  public var description: String {
    let times = attempts == 1 ? "" : " (asked \(attempts) times)"
    return "the judge '\(model)' at \(url) \(clause)\(times); \(advice)"
  }

  private var clause: String {
    switch reason {
    case .noAnswer(let seconds): "gave no answer within \(seconds) seconds"
    case .unreachable(let words): "could not be reached (\(words))"
    case .status(let code, let words): "answered with status \(code): \(words)"
    case .malformed(let words):
      "answered with something that is no reply of chat completions: \(words)"
    case .noScore(let words): "gave no score within its range: \(words)"
    }
  }

  private var advice: String {
    switch reason {
    case .noAnswer: "allow more time (timeout) or ask for less at once (concurrency)"
    case .unreachable: "check the address and that the server runs"
    case .status(429, _): "ask for less (requests_per_second, concurrency) or allow more retries"
    case .status(401, _), .status(403, _):
      "name the environment variable that holds the key (key_variable)"
    case .status(404, _): "check the address, which ends with the version (…/v1), and the model"
    case .status(500..., _): "see what the server logs, or allow more retries"
    case .status: "check the address, the model and its settings"
    case .malformed: "check that the address speaks OpenAI's chat completions"
    case .noScore: "let the rubric say how to score, or use a more capable model"
    }
  }
}

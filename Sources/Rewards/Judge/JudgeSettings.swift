/// Where a judge is, what it is asked, and how patiently.
public struct JudgeSettings: Equatable, Sendable {
  /// The address up to the version: `https://api.openai.com/v1`, `http://localhost:8000/v1`.
  public var url: String
  /// The model that the server shall use.
  public var model: String
  /// What is good and what is not, in words.
  public var rubric: String
  /// The score of the worst answer, which pays 0.
  public var low = 0.0
  /// The score of the best answer, which pays 1.
  public var high = 10.0
  /// The sampling temperature; nil leaves it to the server.
  public var temperature: Double? = 0
  /// The key that the server wants, if it does; never written anywhere.
  public var key: String?
  /// Seconds for each attempt.
  public var timeout = 60.0
  /// Attempts after the first.
  public var retries = 5
  /// The wait before the first of them; it doubles with each, and a half of it is by chance.
  public var firstDelay = 0.5
  /// The longest wait that doubling leads to.
  public var longestDelay = 60.0
  /// Requests at the same time.
  public var concurrency = 8
  /// Requests per second, retries included; nil does not count them.
  public var requestsPerSecond: Double?
  /// Decides the waits' chance.
  public var seed: UInt64 = 0

  /// Settings with the defaults.
  ///
  /// - Parameters:
  ///   - url: The address up to the version.
  ///   - model: The model that the server shall use.
  ///   - rubric: What is good and what is not.
  public init(url: String, model: String, rubric: String) {
    self.url = url
    self.model = model
    self.rubric = rubric
  }
}

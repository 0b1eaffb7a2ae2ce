import Foundation
import Rewards

/// A language model that is asked for scores over HTTP.
public struct JudgeChoice: PartChoice {
  /// What it counts in the sum.
  public var weight = 0.0
  /// The address up to the version, such as `http://localhost:8000/v1`.
  public var url = ""
  /// The model that the server shall use.
  public var servedModel = ""
  /// What is good and what is not, in words.
  public var rubric = ""
  /// A file that holds them.
  public var rubricFile: String?
  /// The score that pays 0.
  public var low = 0.0
  /// The score that pays 1.
  public var high = 10.0
  /// The judge's sampling temperature; nil leaves it to the server.
  public var temperature: Double? = 0
  /// The environment variable that holds the server's key; nil sends none.
  public var keyVariable: String?
  /// Seconds for each attempt.
  public var timeout = 60.0
  /// Attempts after the first.
  public var retries = 5
  /// Requests per second; nil does not count them.
  public var requestsPerSecond: Double?
  /// Requests at the same time.
  public var concurrency = 8
  /// A file that keeps scores; nil keeps none.
  public var cache: String?

  enum CodingKeys: String, CodingKey {
    case weight, url
    // Not `model` and `temperature`, which are others wherever a flag leaves the section out.
    case servedModel = "served_model"
    case rubric
    case rubricFile = "rubric_file"
    case low, high
    case temperature = "judge_temperature"
    case keyVariable = "key_variable"
    case timeout, retries
    case requestsPerSecond = "requests_per_second"
    case concurrency, cache
  }

  /// Off.
  public init() {}

  var name: String { "judge" }

  func validate() throws(TrainingError) {
    try expect(!url.isEmpty, "url", "give the server's address, such as http://localhost:8000/v1")
    try expect(!servedModel.isEmpty, "served_model", "name the model that the server shall use")
    try expect(
      rubric.isEmpty != (rubricFile == nil), "rubric",
      "say what is good and what is not, here or in rubric_file")
    try expect(low.isFinite && high.isFinite && low < high, "high", "\(high) is not above \(low)")
    try expect(temperature ?? 0 >= 0, "judge_temperature", "\(temperature ?? 0) is below 0")
    try expect(timeout > 0 && timeout < 1e6, "timeout", "\(timeout) seconds are none")
    try expect(retries >= 0, "retries", "\(retries) is below 0")
    try expect(
      requestsPerSecond.map { $0 > 0 && $0.isFinite } ?? true, "requests_per_second",
      "\(requestsPerSecond ?? 0) is not above 0")
    try expect((1...1024).contains(concurrency), "concurrency", "\(concurrency) is not 1 to 1024")
    _ = try key()
  }

  func reward(_ text: AnswerText) throws -> any Reward {
    var settings = JudgeSettings(url: url, model: servedModel, rubric: try wholeRubric())
    (settings.low, settings.high, settings.temperature) = (low, high, temperature)
    (settings.timeout, settings.retries) = (timeout, retries)
    (settings.requestsPerSecond, settings.concurrency) = (requestsPerSecond, concurrency)
    settings.key = try key()
    do {
      return try JudgeReward(
        settings, cache: try cache.map { try JudgeCache(at: URL(fileURLWithPath: $0)) }, text: text)
    } catch let error as RewardProblem {
      throw problem("url", error.description)
    }
  }

  // Only the variable's name is ever written down.
  private func key() throws(TrainingError) -> String? {
    guard let keyVariable else { return nil }
    guard let key = ProcessInfo.processInfo.environment[keyVariable], !key.isEmpty else {
      throw problem("key_variable", "the environment has no variable '\(keyVariable)'")
    }
    return key
  }

  private func wholeRubric() throws(TrainingError) -> String {
    guard let rubricFile else { return rubric }
    guard let text = try? String(contentsOfFile: rubricFile, encoding: .utf8), !text.isEmpty else {
      throw problem("rubric_file", "\(rubricFile) cannot be read as text, or is empty")
    }
    return text
  }
}

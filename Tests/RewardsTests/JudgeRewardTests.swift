import Feedback
import Foundation
import LanguageModels
import TensorTestSupport
import Testing

@testable import Rewards

@Suite struct `A judge` {
  let server: JudgeServer
  private let answers = ["7", "0", "10", "2.5"].map { Reading.answer($0, to: "rate me") }

  init() throws { server = try JudgeServer() }

  private func settings(_ model: String) -> JudgeSettings {
    var settings = JudgeSettings(url: server.url, model: model, rubric: "Numbers are good.")
    (settings.firstDelay, settings.longestDelay) = (0.01, 0.05)
    settings.retries = 2
    return settings
  }

  private func reward(
    _ model: String, cache: JudgeCache? = nil, _ change: (inout JudgeSettings) -> Void = { _ in }
  ) throws -> JudgeReward {
    var settings = settings(model)
    change(&settings)
    return try JudgeReward(settings, cache: cache, text: Reading.text)
  }

  /// What asking it comes to, and how often it was asked.
  private func failure(
    _ model: String, _ change: (inout JudgeSettings) -> Void = { _ in }
  ) throws -> (failure: JudgeFailure, requests: Int) {
    let reward = try reward(model, change)
    let error = #expect(throws: RewardFailure.self) { try reward.grades([answers[0]]) }
    #expect(error?.completion == 0)
    let failure = try #require(error?.cause as? JudgeFailure)
    let requests = try server.state().requests
    #expect(failure.attempts == requests && failure.model == model)
    #expect("\(failure)".hasPrefix("the judge '\(model)' at \(server.url) "))
    return (failure, requests)
  }

  @Test func `pays its score from lowest to highest as 0 to 1`() throws {
    #expect(try reward("good").scores(answers) == [0.7, 0, 1, 0.25])
    #expect(try reward("good") { ($0.low, $0.high) = (-10, 10) }.scores(answers)[0] == 0.85)
    let good = try reward("good")
    #expect(try good.scores([]) == [])
    #expect(good.waits)
  }

  @Test func `is given rubric, scale, prompt and answer, and the key where there is one`() throws {
    _ = try reward("good") {
      ($0.low, $0.high) = (1, 5)
      $0.key = "secret-1"
      $0.temperature = nil
    }.grades([Reading.answer("4", to: "rate me")])
    _ = try reward("good").grades([answers[0]])
    let state = try server.state()
    let question = try #require(state.questions.first)
    #expect(state.paths[0] == "/v1/chat/completions" && question.model == "good")
    #expect(question.messages.map(\.role) == ["system", "user"])
    #expect(question.messages[0].content.hasPrefix("Numbers are good."))
    #expect(question.messages[0].content.contains("a number from 1 to 5"))
    #expect(
      question.messages[1].content
        == "<prompt>\nrate me\n</prompt>\n<answer>\n4\n</answer>")
    #expect(question.temperature == nil && state.questions[1].temperature == 0)
    #expect(state.authorizations == ["Bearer secret-1", nil])
  }

  @Test func `is asked about equal texts once`() throws {
    // The same text by other tokens: cut, and stopped.
    let batch = [Reading.cut("3"), Reading.answer("3"), Reading.answer("4"), Reading.answer("3")]
    #expect(try reward("good").scores(batch) == [0.3, 0.3, 0.4, 0.3])
    #expect(try server.state().requests == 2)
  }

  // The server answers none of them before all are there.
  @Test(arguments: [1, 3, 16]) func `is asked so many things at the same time`(count: Int) throws {
    let batch = (0..<40).map { Reading.answer("\($0 % 10)", to: "prompt \($0)") }
    let scores = try reward("together:\(count)") { $0.concurrency = count }.scores(batch)
    #expect(scores == (0..<40).map { Double($0 % 10) / 10 })
    let state = try server.state()
    #expect(state.most == count && state.requests == 40)
  }

  @Test func `is asked no more often than the rate allows`() throws {
    let batch = (0..<9).map { Reading.answer("1", to: "prompt \($0)") }
    _ = try reward("good") { $0.requestsPerSecond = 20 }.grades(batch)
    let times = try server.state().times.sorted()
    // Nine requests have eight gaps of 50 ms when they leave; on a busy machine they arrive closer together.
    #expect(times[8] - times[0] > 0.25)
  }

  @Test func `that is busy is asked again, when it says`() throws {
    #expect(try reward("busy:2:0.3").scores([answers[0]]) == [0.7])
    let times = try server.state().times
    #expect(times.count == 3 && times[1] - times[0] >= 0.3 && times[2] - times[1] >= 0.3)
  }

  @Test func `that breaks is asked again`() throws {
    #expect(try reward("broken:2").scores([answers[0]]) == [0.7])
    #expect(try server.state().requests == 3)
  }

  @Test func `that stays broken or busy is given up, with what it said`() throws {
    let (failure, requests) = try failure("broken:99")
    #expect(requests == 3 && failure.reason == .status(500, words: "it broke"))
    #expect("\(failure)".contains("answered with status 500: it broke (asked 3 times)"))
  }

  @Test func `that is busy for good is told how to be asked less`() throws {
    let (failure, _) = try failure("busy:99:0")
    guard case .status(429, _) = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect("\(failure)".contains("requests_per_second"))
  }

  @Test func `that never answers is given up in time`() throws {
    let began = ContinuousClock.now
    let (failure, requests) = try failure("silent") {
      $0.timeout = 0.5
      $0.retries = 1
    }
    #expect(requests == 2 && failure.reason == .noAnswer(seconds: 0.5))
    #expect(ContinuousClock.now - began < .seconds(20))
  }

  @Test func `that writes no JSON is quoted`() throws {
    let (failure, requests) = try failure("garbled")
    #expect(requests == 3 && failure.reason == .malformed(words: "<html>hello</html>"))
  }

  @Test(arguments: ["I cannot say.", "Score: 11", "", "Score: -1"])
  func `that gives no score within its range is quoted`(words: String) throws {
    let (failure, requests) = try failure("says:\(words)")
    #expect(requests == 3)
    #expect(failure.reason == .noScore(words: words.isEmpty ? "nothing" : words))
  }

  @Test func `that refuses the key is asked once, and the key is not repeated`() throws {
    let (failure, requests) = try failure("refusing") { $0.key = "secret-2" }
    #expect(requests == 1 && failure.reason == .status(401, words: "wrong key: Bearer (the key)"))
    #expect(!"\(failure)".contains("secret-2") && "\(failure)".contains("key_variable"))
  }

  @Test func `that has no such model is asked once`() throws {
    let (failure, requests) = try failure("absent")
    #expect(requests == 1 && failure.reason == .status(404, words: "no such model"))
  }

  @Test func `that is not there is told so`() throws {
    var settings = settings("good")
    settings.url = "http://127.0.0.1:1/v1"
    settings.retries = 0
    let reward = try JudgeReward(settings, text: Reading.text)
    let error = #expect(throws: RewardFailure.self) { try reward.grades([answers[0]]) }
    guard case .unreachable? = (error?.cause as? JudgeFailure)?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["", "localhost:8000", "ftp://x/v1", "http://"])
  func `has an address of HTTP`(url: String) {
    #expect(throws: RewardProblem.self) {
      try JudgeReward(JudgeSettings(url: url, model: "m", rubric: "r"), text: Reading.text)
    }
  }

  @Test func `with a cache is asked nothing twice, by a later run neither`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "judge.jsonl")
      for _ in 0..<2 {
        let reward = try reward("good", cache: JudgeCache(at: file))
        #expect(try reward.scores(answers) == [0.7, 0, 1, 0.25])
        #expect(try reward.scores(answers.reversed()) == [0.25, 1, 0, 0.7])
        #expect(try server.state().requests == 4)
      }
      // Another rubric, model or prompt is another question.
      _ = try reward("good", cache: JudgeCache(at: file)) { $0.rubric = "Other." }.grades(answers)
      _ = try reward("says:Score: 3", cache: JudgeCache(at: file)).grades(answers)
      _ = try reward("good", cache: JudgeCache(at: file)).grades([Reading.answer("7", to: "rat")])
      #expect(try server.state().requests == 13)
      // A known score outside a new scale is asked for again.
      let narrow = try reward("good", cache: JudgeCache(at: file)) { $0.high = 8 }
      #expect(try narrow.scores([answers[0]]) == [7.0 / 8])
      #expect(throws: RewardFailure.self) { try narrow.scores([answers[2]]) }
    }
  }

  @Test func `keeps what it has said before it failed`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "judge.jsonl")
      let batch = ["1", "2", "11"].map { Reading.answer($0) }
      let broken = try reward("good", cache: JudgeCache(at: file)) {
        ($0.concurrency, $0.retries) = (1, 0)
      }
      let error = #expect(throws: RewardFailure.self) { try broken.grades(batch) }
      #expect(error?.completion == 2)
      let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(rows.count == 2 && rows[0].contains("\"score\":1"))
      // A crash that cuts the last line short costs that line alone.
      try (rows[0] + "\n" + rows[1].dropLast(3)).write(
        to: file, atomically: true, encoding: .utf8)
      let again = try reward("good", cache: JudgeCache(at: file))
      #expect(try again.scores(Array(batch.prefix(2))) == [0.1, 0.2])
      #expect(try server.state().requests == 4)
    }
  }
}

@Suite struct `A judge's words` {
  @Test(arguments: [
    ("7", 7.0), ("Score: 7", 7), ("score 7/10", 7), ("**Score:** 8.5 out of 10", 8.5),
    ("On a scale of 1 to 10 this is weak.\nScore: 3\n", 3),
    ("Score: 2\nNo, on second thought:\nScore: 4", 4),
    ("I weigh 3 things.\nI give it 6 of 10.\nThank you.", 6), ("SCORE = -2", -2),
    ("Score: \u{2212}2", -2),
    ("Scores matter, 9", 9), ("The score is high: 5", 5), ("`Score: 10`", 10),
  ])
  func `hold the score behind the last 'score', else first in the last line with a number`(
    words: String, score: Double
  ) {
    #expect(JudgeScore.find(in: words) == score)
  }

  @Test(arguments: ["", "none", "Score: high", "five"]) func `may hold none`(words: String) {
    #expect(JudgeScore.find(in: words) == nil)
  }
}

@Suite struct `The wait before asking again` {
  private let schedule = RetrySchedule(first: 0.5, longest: 4)

  @Test func `doubles up to the longest, a half of it by chance`() {
    let waits = { chance in (1...6).map { schedule.delay(after: $0, chance: chance, asked: nil) } }
    #expect(waits(0) == [0.25, 0.5, 1, 2, 2, 2])
    #expect(waits(1) == [0.5, 1, 2, 4, 4, 4])
    #expect(schedule.delay(after: 2, chance: 0.5, asked: nil) == 0.75)
  }

  @Test func `is never shorter than the server asks`() {
    #expect(schedule.delay(after: 1, chance: 0, asked: 30) == 30)
    #expect(schedule.delay(after: 4, chance: 1, asked: 1) == 4)
  }

  @Test func `is asked for in seconds or as a date`() {
    let now = Date(timeIntervalSince1970: 784_111_770)
    #expect(RetrySchedule.seconds("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == 7)
    #expect(RetrySchedule.seconds("Sun, 06 Nov 1994 08:49:00 GMT", now: now) == 0)
    #expect(RetrySchedule.seconds("120") == 120 && RetrySchedule.seconds(" 0.5 ") == 0.5)
    for header in [nil, "soon", "", "nan", "inf"] { #expect(RetrySchedule.seconds(header) == nil) }
    #expect(RetrySchedule.seconds("-3") == 0)
  }
}

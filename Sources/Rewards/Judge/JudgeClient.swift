import Foundation
import Synchronization
import Torch

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Asks a server for scores, again where that may help.
final class JudgeClient: Sendable {
  private let settings: JudgeSettings
  private let address: URL
  private let session: URLSession
  private let pacer: RequestPacer
  private let chance: Mutex<Generator>
  private var schedule: RetrySchedule {
    RetrySchedule(first: settings.firstDelay, longest: settings.longestDelay)
  }

  init(_ settings: JudgeSettings, address: URL) {
    self.settings = settings
    self.address = address.appending(path: "chat/completions")
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = settings.concurrency
    // Attempts are timed as a whole, by ``exchange(_:)``.
    configuration.timeoutIntervalForRequest = settings.timeout + 60
    session = URLSession(configuration: configuration)
    pacer = RequestPacer(rate: settings.requestsPerSecond)
    chance = Mutex(Generator(seed: settings.seed, purpose: "judge"))
  }

  deinit { session.invalidateAndCancel() }

  /// The judge's score on its own scale.
  func score(prompt: String, answer: String) throws -> Double {
    let body = try JSONEncoder().encode(ChatRequest(settings, prompt: prompt, answer: answer))
    var failures = 0
    while true {
      pacer.waitForTurn()
      let (outcome, asked) = exchange(body)
      do throws(JudgeFailure.Reason) {
        return try score(in: try outcome.get())
      } catch {
        failures += 1
        guard failures <= settings.retries, error.mayPass else {
          throw JudgeFailure(
            url: settings.url, model: settings.model, attempts: failures, reason: error)
        }
        let chance = chance.withLock { Double($0.integer(below: 1 << 30)) / Double(1 << 30) }
        Thread.sleep(
          forTimeInterval: schedule.delay(after: failures, chance: chance, asked: asked))
      }
    }
  }

  private func score(in reply: Data) throws(JudgeFailure.Reason) -> Double {
    guard
      let message = try? JSONDecoder().decode(ChatReply.self, from: reply).choices.first?.message
    else { throw .malformed(words: quoted(reply)) }
    let words = message.content ?? ""
    guard let score = JudgeScore.find(in: words), (settings.low...settings.high).contains(score)
    else { throw .noScore(words: quoted(Data(words.utf8))) }
    return score
  }

  // One attempt, and how long the server asks to wait.
  private func exchange(
    _ body: Data
  ) -> (outcome: Swift.Result<Data, JudgeFailure.Reason>, asked: Double?) {
    var request = URLRequest(url: address)
    request.httpMethod = "POST"
    request.httpBody = body
    request.timeoutInterval = settings.timeout + 60
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    if let key = settings.key {
      request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
    }
    let answer = Answer()
    let task = session.dataTask(with: request) { answer.set($0, $1, $2) }
    task.resume()
    guard answer.isThere(within: settings.timeout) else {
      task.cancel()
      return (.failure(.noAnswer(seconds: settings.timeout)), nil)
    }
    guard let response = answer.response else {
      return (.failure(.unreachable(hidingKey(answer.problem))), nil)
    }
    guard response.statusCode == 200 else {
      let reason = JudgeFailure.Reason.status(response.statusCode, words: quoted(answer.data))
      return (
        .failure(reason),
        RetrySchedule.seconds(response.value(forHTTPHeaderField: "Retry-After"))
      )
    }
    return (.success(answer.data), nil)
  }

  // The beginning, on one line; a server may repeat the key that it refuses.
  private func quoted(_ data: Data) -> String {
    let words = String(decoding: data.prefix(2000), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? "nothing" : String(hidingKey(words).prefix(200))
  }

  private func hidingKey(_ text: String) -> String {
    guard let key = settings.key, !key.isEmpty else { return text }
    return text.replacingOccurrences(of: key, with: "(the key)")
  }
}

extension JudgeFailure.Reason: Error {
  /// Whether asking again may help: servers are busy for a while, and judges that draw their words find others.
  var mayPass: Bool {
    switch self {
    case .noAnswer, .unreachable, .malformed, .noScore: true
    case .status(let code, _): code == 408 || code == 429 || code >= 500
    }
  }
}

/// What a request came to, handed from the session's thread to the one that waits.
private final class Answer: Sendable {
  private struct Contents {
    var data = Data()
    var response: HTTPURLResponse?
    var problem = "no reason is known"
  }

  private let contents = Mutex(Contents())
  private let arrival = DispatchSemaphore(value: 0)

  var data: Data { contents.withLock(\.data) }
  var response: HTTPURLResponse? { contents.withLock { $0.response } }
  var problem: String { contents.withLock(\.problem) }

  func set(_ data: Data?, _ response: URLResponse?, _ error: (any Error)?) {
    contents.withLock { contents in
      if let error { return contents.problem = error.localizedDescription }
      contents.data = data ?? Data()
      contents.response = response as? HTTPURLResponse
    }
    arrival.signal()
  }

  func isThere(within seconds: Double) -> Bool {
    arrival.wait(timeout: .now() + seconds) == .success
  }
}

import Foundation
public import LanguageModels
import Synchronization

/// A language model's opinion by a rubric in words, asked for over HTTP (RLAIF; OpenAI's chat completions protocol).
///
/// The judge's score, from lowest to highest, pays 0 to 1. A judge that does not answer, or not with a score, is asked again a few times;
/// then the run stops.
public struct JudgeReward: Reward {
  private let settings: JudgeSettings
  private let client: JudgeClient
  private let cache: JudgeCache?
  private let text: AnswerText

  /// Judges are waited for.
  public var waits: Bool { true }

  /// A reward.
  ///
  /// - Parameters:
  ///   - settings: Where the judge is, what it is asked, and how patiently.
  ///   - cache: What it has said before.
  ///   - text: The reader of prompts and answers.
  /// - Throws: `RewardProblem` where the address is none.
  public init(
    _ settings: JudgeSettings, cache: JudgeCache? = nil, text: AnswerText
  ) throws(RewardProblem) {
    precondition(settings.low < settings.high, "the lowest score is below the highest")
    precondition(settings.concurrency >= 1 && settings.retries >= 0 && settings.timeout > 0)
    guard let address = URL(string: settings.url), ["http", "https"].contains(address.scheme),
      address.host() != nil
    else { throw RewardProblem("'\(settings.url)' is no address such as http://localhost:8000/v1") }
    self.settings = settings
    self.cache = cache
    self.text = text
    client = JudgeClient(settings, address: address)
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) throws -> [Grade] {
    // Other tokens may have the same text.
    let distinct = Distinct(
      completions.map { Question(prompt: text.prompt(of: $0), answer: text.answer(of: $0)) })
    let questions = distinct.values
    let turns = Turns(count: questions.count)
    let threads = min(settings.concurrency, questions.count)
    let firsts = distinct.firsts
    let (answered, _) = try concurrently(threads) { _ in
      var scores: [(index: Int, score: Double)] = []
      while let index = turns.next() {
        do {
          scores.append((index, try score(questions[index])))
        } catch {
          turns.end()
          throw RewardFailure(completion: firsts[index], cause: error)
        }
      }
      return scores
    } meanwhile: {
    }
    var scores = [Double](repeating: 0, count: questions.count)
    for (index, score) in answered.joined() { scores[index] = score }
    let span = settings.high - settings.low
    return distinct.rows.map { Grade((scores[$0] - settings.low) / span) }
  }

  private struct Question: Hashable, Sendable {
    var prompt: String
    var answer: String
  }

  // On the judge's own scale.
  private func score(_ question: Question) throws -> Double {
    guard let cache else {
      return try client.score(prompt: question.prompt, answer: question.answer)
    }
    let key = JudgeCache.key(
      model: settings.model, rubric: settings.rubric, prompt: question.prompt,
      answer: question.answer)
    // A file may come from a run with another scale.
    if let known = cache[key], (settings.low...settings.high).contains(known) { return known }
    let score = try client.score(prompt: question.prompt, answer: question.answer)
    try cache.keep(score, for: key)
    return score
  }
}

/// Numbers handed out one by one to whoever asks, until one has had enough.
private final class Turns: Sendable {
  private let rest: Mutex<Range<Int>>

  init(count: Int) { rest = Mutex(0..<count) }

  func next() -> Int? { rest.withLock { $0.popFirst() } }

  func end() { rest.withLock { $0 = $0.upperBound..<$0.upperBound } }
}

public import LanguageModels
import Programs

/// A reward that other programs compute: any language, any library.
///
/// A program is started with its arguments and speaks JSON Lines: it reads requests and writes one reply for each, in any order.
///
/// ```
/// Rein     {"batch":2,"id":0,"prompt":"The film is","completion":" good.","tokens":[311,12,0],"finish":"stop"}
/// Rein     {"batch":2,"id":1,"prompt":"The film is","completion":" a film","tokens":[8,511],"finish":"length"}
/// program  {"id": 1, "score": 0.5}
/// program  {"id": 0, "scores": [0.1, 0, 1]}
/// ```
///
/// All requests of a batch are sent without waiting for replies, so that a program may compute them together. With several workers each
/// gets its share of the batch. Documentation/RewardProtocol.md has the details, and Examples/reward_program.py is an example.
public struct ProgramReward: Reward {
  private let workers: [ProgramWorker]
  private let text: AnswerText

  /// Programs are waited for.
  public var waits: Bool { true }

  /// Starts the programs; they end with this value.
  ///
  /// - Parameters:
  ///   - command: The program, looked for in PATH unless it has a slash, and its arguments.
  ///   - title: What errors call it; nil is the command.
  ///   - workers: How many run side by side.
  ///   - timeout: How many seconds a program may owe replies without giving any.
  ///   - text: The reader of prompts and answers.
  /// - Throws: `RewardFailure` with a `ProgramFailure`.
  public init(
    command: [String], title: String? = nil, workers: Int = 1, timeout: Double = 60,
    text: AnswerText
  ) throws {
    precondition(!command.isEmpty, "a command needs at least a program")
    precondition(workers >= 1 && timeout > 0 && timeout < 1e9, "\(workers) × \(timeout) seconds")
    let title = title ?? command.joined(separator: " ")
    do {
      self.workers = try (0..<workers).map { _ in
        try ProgramWorker(command, title: title, timeout: timeout)
      }
    } catch {
      throw RewardFailure(cause: error)
    }
    self.text = text
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) throws -> [Grade] {
    let requests = completions.enumerated().map { index, completion in
      ProgramRequest(id: index, completion, text)
    }
    let shares = Self.shares(of: requests, among: workers.count)
    let (graded, _) = try concurrently(shares.count, { try workers[$0].grades(shares[$0]) }) {}
    return graded.flatMap(\.self)
  }

  // Neighbouring requests, as many for each worker; none for those that come away empty.
  private static func shares(
    of requests: [ProgramRequest], among count: Int
  ) -> [[ProgramRequest]] {
    let bounds = (0...count).map { $0 * requests.count / count }
    return zip(bounds, bounds.dropFirst()).map { Array(requests[$0..<$1]) }
  }
}

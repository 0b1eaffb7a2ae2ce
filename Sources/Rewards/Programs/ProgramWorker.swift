import Foundation
import Programs
import Synchronization

/// One of the programs that compute a reward, at work.
final class ProgramWorker: Sendable {
  private let connection: Mutex<ProgramConnection>

  init(_ command: [String], title: String, timeout: Double) throws(ProgramFailure) {
    connection = Mutex(
      try ProgramConnection(command, role: .reward, title: title, timeout: timeout))
  }

  // A program that is asked nothing more ends by itself, or is ended.
  deinit { connection.withLock { $0.close(farewell: nil, grace: 1) } }

  /// Asks about completions and waits for all replies.
  ///
  /// - Parameter requests: What to ask.
  /// - Returns: The grades, in the order of the requests.
  /// - Throws: `RewardFailure` with a `ProgramFailure`.
  func grades(_ requests: [ProgramRequest]) throws -> [Grade] {
    guard let first = requests.first else { return [] }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = try requests.map { request in
      var request = request
      request.batch = requests.count
      return String(decoding: try encoder.encode(request), as: UTF8.self)
    }
    return try connection.withLock { connection in
      try Self.asking(first) { () throws(ProgramFailure) in
        try connection.expectQuiet(before: Self.quoted(lines[0]))
      }
      for line in lines { connection.send(line) }
      var grades = [Grade?](repeating: nil, count: requests.count)
      for _ in requests {
        // What is owed longest is what an error names if nothing comes.
        let owed = grades.firstIndex(of: nil) ?? 0
        let (place, grade) = try Self.asking(requests[owed]) { () throws(ProgramFailure) in
          try Self.reply(from: &connection, requests, lines, owed: owed, grades)
        }
        grades[place] = grade
      }
      return grades.compactMap(\.self)
    }
  }

  private static func asking<Value>(
    _ request: ProgramRequest, _ body: () throws(ProgramFailure) -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch {
      throw RewardFailure(completion: request.id, cause: error)
    }
  }

  // The next reply, and the place of the request that it answers.
  private static func reply(
    from connection: inout ProgramConnection, _ requests: [ProgramRequest], _ lines: [String],
    owed: Int, _ grades: [Grade?]
  ) throws(ProgramFailure) -> (place: Int, grade: Grade) {
    let question = quoted(lines[owed])
    let line = try connection.line(for: question)
    let reply = try connection.parsed(ProgramReply.self, line, question)
    if let error = reply.error {
      throw connection.fail(.complaint(error, line: ProgramConnection.quoted(line)), question)
    }
    guard let id = reply.id else {
      throw connection.fail(
        .missingKey("id", line: ProgramConnection.quoted(line)), question)
    }
    let place = id - requests[0].id
    guard requests.indices.contains(place), grades[place] == nil else {
      throw connection.refuse(line, question, key: "id", "is none that a reply is owed to")
    }
    let asked = quoted(lines[place])
    guard reply.score != nil || reply.scores != nil else {
      throw connection.fail(
        .missingKey("score", line: ProgramConnection.quoted(line)), asked)
    }
    let count = requests[place].tokens.count
    if let scores = reply.scores, scores.count != count {
      throw connection.refuse(
        line, asked, key: "scores", "has \(scores.count) numbers for \(count) tokens")
    }
    return (place, Grade(reply.score ?? 0, tokens: reply.scores))
  }

  private static func quoted(_ line: String) -> String {
    ProgramConnection.quoted(Array(line.utf8))
  }
}

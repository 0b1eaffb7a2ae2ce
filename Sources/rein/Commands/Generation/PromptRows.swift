import Foundation

/// What is to be gone on with.
struct PromptRow {
  /// A prompt, as text or as tokens.
  enum Content {
    case text(String)
    case tokens([Int])
  }

  var content: Content
  /// The row's own seed, if it has one.
  var seed: UInt64?
}

extension PromptRow {
  /// The rows of a JSON Lines file in TRL's prompt format: `prompt` is text or a list of token ids, `seed` may stand beside.
  ///
  /// - Parameter path: The file; `-` reads standard input.
  static func read(_ path: String) throws -> [PromptRow] {
    let (name, data) = (path == "-" ? "standard input" : path, try contents(of: path))
    let lines = String(decoding: data, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
    let rows = try lines.enumerated().filter { !$0.element.allSatisfy(\.isWhitespace) }
      .map { try PromptRow(line: String($0.element), place: "\(name), line \($0.offset + 1)") }
    guard !rows.isEmpty else { throw InputProblem("\(name): holds no prompts") }
    return rows
  }

  private static func contents(of path: String) throws -> Data {
    guard path != "-" else { return try Console.readInput() }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw InputProblem("\(path): cannot be read: \(error.localizedDescription)")
    }
  }

  private init(line: String, place: String) throws {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
      let fields = object as? [String: Any]
    else { throw InputProblem("\(place): not a JSON object; plain lines are read with --stdin") }
    switch fields["prompt"] {
    case let text as String: content = .text(text)
    case let tokens as [Int] where !tokens.isEmpty: content = .tokens(tokens)
    case nil: throw InputProblem("\(place): has no `prompt`")
    default: throw InputProblem("\(place): `prompt` is neither a string nor a list of token ids")
    }
    guard let given = fields["seed"] else { return }
    guard let number = given as? Int, number >= 0 else {
      throw InputProblem("\(place): `seed` is not a whole number from 0 on")
    }
    seed = UInt64(number)
  }
}

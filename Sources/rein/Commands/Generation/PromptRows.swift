import Foundation
import Tokenization

/// What is to be gone on with.
struct PromptRow {
  /// A prompt, as text, as tokens or as what was said so far.
  enum Content {
    case text(String)
    case tokens([Int])
    case conversation(Conversation, json: [Any])
  }

  var content: Content
  /// The row's own seed, if it has one.
  var seed: UInt64?
}

extension PromptRow {
  /// The rows of a JSON Lines file in TRL's prompt formats: `prompt` is text, a list of token ids or a list of messages, which may
  /// be called `messages` too; `seed` may stand beside.
  ///
  /// - Parameter path: The file; `-` reads standard input.
  /// - Returns: The rows, at least one.
  /// - Throws: `InputProblem` that names the line.
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
    switch fields["prompt"] ?? fields["messages"] {
    case let text as String: content = .text(text)
    case let tokens as [Int] where !tokens.isEmpty: content = .tokens(tokens)
    case let messages as [[String: Any]] where !messages.isEmpty:
      // From the line itself where that can be, for fields keep their order there.
      let text =
        fields["messages"] == nil
        ? try JSONSerialization.data(withJSONObject: messages) : Data(line.utf8)
      content = .conversation(
        try PromptRow.conversation(String(decoding: text, as: UTF8.self), place: place),
        json: messages)
    case nil: throw InputProblem("\(place): has neither `prompt` nor `messages`")
    default:
      throw InputProblem(
        "\(place): `prompt` is neither a string nor a list of token ids or messages")
    }
    guard let given = fields["seed"] else { return }
    guard let number = given as? Int, number >= 0 else {
      throw InputProblem("\(place): `seed` is not a whole number from 0 on")
    }
    seed = UInt64(number)
  }

  private static func conversation(_ text: String, place: String) throws -> Conversation {
    do {
      return try Conversation(json: text)
    } catch {
      throw InputProblem("\(place): \(error)")
    }
  }
}

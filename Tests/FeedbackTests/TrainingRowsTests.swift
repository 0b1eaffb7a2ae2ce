import FileTestSupport
import Files
import Foundation
import Testing
import Tokenization

@testable import Feedback

@Suite struct `Rows of training data` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func row<Row: DatasetRow>(_ line: String, as type: Row.Type = Row.self) throws -> Row {
    try #require(JSONLines.rows(type, from: folder.file("rows.jsonl", line)).first).row
  }

  private static let question = "{\"role\":\"user\",\"content\":\"Who?\"}"
  private static let answer = "{\"role\":\"assistant\",\"content\":\"I.\"}"

  @Test func `know their lines, and ignore other columns`() throws {
    let text = "\n{\"prompt\":\"a\",\"id\":[1,{}]}\n\n{\"prompt\":\"b\",\"text\":null}\n"
    let url = try folder.file("rows.jsonl", text)
    let rows = try JSONLines.rows(PromptRow.self, from: url)
    #expect(rows.map(\.row.prompt) == [.text("a"), .text("b")])
    #expect(rows.map(\.place.description) == ["\(url.path):2", "\(url.path):4"])
  }

  @Test func `to be learned are completions, conversations or texts, in this order`() throws {
    guard case .text("t") = try row("{\"text\":\"t\",\"prompt\":\"p\"}", as: SupervisedRow.self)
    else {
      Issue.record("a text")
      return
    }
    let messages = "\"messages\":[\(Self.question),\(Self.answer)]"
    guard
      case .conversation(let conversation) = try row(
        "{\"text\":\"t\",\(messages)}", as: SupervisedRow.self)
    else {
      Issue.record("a conversation")
      return
    }
    #expect(conversation.messages == [.user("Who?"), .assistant("I.")])
    guard
      case .completion(.text("p"), .text("c"), _) = try row(
        "{\"prompt\":\"p\",\"completion\":\"c\",\(messages)}", as: SupervisedRow.self)
    else {
      Issue.record("a completion")
      return
    }
  }

  // Templates write fields in the order that they have in the file, as they write Python's dictionaries.
  @Test func `keep the order of fields, and what the template is told beside messages`() throws {
    let line = """
      {"prompt": [{"role": "user", "z": 1, "content": "Who?", "a": {"y": 1, "x": 2}}], \
      "tools": "[{\\"name\\": \\"f\\"}]", "chat_template_kwargs": {"enable_thinking": false}}
      """
    let row = try row(line, as: PromptRow.self)
    guard case .messages(let messages) = row.prompt else {
      Issue.record("messages")
      return
    }
    #expect(messages[0].fields.map(\.key) == ["role", "z", "content", "a"])
    #expect(row.settings.tools == [.object([.init(key: "name", value: .string("f"))])])
    #expect(row.settings.variables.map(\.key) == ["enable_thinking"])
    #expect(row.settings.conversation(messages).variables.count == 1)
    // In rows of text these columns are like any other.
    #expect(try self.row("{\"prompt\":\"p\",\"tools\":3}", as: PromptRow.self).settings == .init())
  }

  @Test func `of preferences may lack prompt and probability`() throws {
    let row = try row(
      "{\"chosen\":\"a\",\"rejected\":\"b\",\"prompt\":null}", as: PreferenceRow.self)
    #expect(row.prompt == nil && row.probability == 1)
    let soft = try self.row(
      "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\",\"probability\":0.75}",
      as: PreferenceRow.self)
    #expect(soft.prompt == .text("p") && soft.probability == 0.75)
  }

  @Test func `of judgements hold ratings or a pair`() throws {
    guard
      case .rated(let rated) = try row("{\"text\":\"a\",\"ratings\":[1,2.0]}", as: JudgedRow.self)
    else {
      Issue.record("ratings")
      return
    }
    #expect(rated == RatedText(text: "a", ratings: [1, 2]))
    guard
      case .pair(let pair) = try row("{\"chosen\":\"a\",\"rejected\":\"b\"}", as: JudgedRow.self)
    else {
      Issue.record("a pair")
      return
    }
    #expect(pair.chosen == .text("a"))
  }

  // What is one character to a reader and two to TRL, "é" and "e" with an accent, is not the same text.
  @Test func `compare text by its bytes`() throws {
    let row = try row("{\"chosen\":\"\u{E9}\",\"rejected\":\"e\u{301}\"}", as: PreferenceRow.self)
    #expect(row.chosen != row.rejected)
  }

  struct Cut: Sendable {
    var chosen: String
    var rejected: String
    var prompt: String
  }

  @Test(arguments: [
    Cut(chosen: "The sky is blue", rejected: "The sky is grey", prompt: "The sky is"),
    Cut(chosen: "The sky is blue", rejected: "The sky is black", prompt: "The sky is bl"),
    // Before the last character of an answer that the other begins with, so that there is an answer.
    Cut(chosen: "ab", rejected: "abc", prompt: "a"),
    Cut(chosen: "ab ", rejected: "ab", prompt: "a"),
    Cut(chosen: "a b", rejected: "a b c", prompt: "a "),
    // Nothing in common: TRL takes the last character for the one before the first.
    Cut(chosen: "yes ", rejected: "no", prompt: ""), Cut(chosen: " a", rejected: " b", prompt: ""),
    // One scalar after another, not what a reader calls a character.
    Cut(chosen: "e\u{301}", rejected: "e\u{300}", prompt: "e"),
  ])
  func `of preferences without a prompt begin with it`(cut: Cut) throws {
    var row = try row("{\"chosen\":\"a\",\"rejected\":\"b\"}", as: PreferenceRow.self)
    (row.chosen, row.rejected) = (.text(cut.chosen), .text(cut.rejected))
    let found = try row.comparison(at: RowPlace(file: "a.jsonl", line: 1))
    guard
      case (.text(let prompt), .text(let chosen), .text(let rejected)) =
        (found.prompt, found.chosen, found.rejected)
    else {
      Issue.record("texts")
      return
    }
    #expect(Array(prompt.utf8) == Array(cut.prompt.utf8))
    #expect(Array((prompt + chosen).utf8) == Array(cut.chosen.utf8))
    #expect(Array((prompt + rejected).utf8) == Array(cut.rejected.utf8))
  }

  @Test func `of preferences without a prompt begin with the same messages`() throws {
    let other = "{\"content\":\"You.\",\"role\":\"assistant\"}"
    // The same message with its fields in another order.
    let same = "{\"content\":\"Who?\",\"role\":\"user\"}"
    let line =
      "{\"chosen\":[\(Self.question),\(Self.answer)],\"rejected\":[\(same),\(other)]}"
    let found = try row(line, as: PreferenceRow.self)
      .comparison(at: RowPlace(file: "a.jsonl", line: 1))
    #expect(found.prompt == .messages([.user("Who?")]))
    #expect(found.chosen == .messages([.assistant("I.")]))
    #expect(found.rejected == .messages([.assistant("You.")]))
  }

  @Test func `of preferences with their prompt are taken as they are`() throws {
    let row = try row(
      "{\"prompt\":\"a\",\"chosen\":\"bc\",\"rejected\":\"bd\"}", as: PreferenceRow.self)
    #expect(
      try row.comparison(at: RowPlace(file: "a.jsonl", line: 1))
        == .init(prompt: .text("a"), chosen: .text("bc"), rejected: .text("bd")))
  }
}

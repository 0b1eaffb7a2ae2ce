import Foundation
import Testing

@testable import Tokenization

/// What Scripts/fixtures/chat_templates.py wrote, read in order.
struct GoldenChat {
  struct Case {
    var conversation: String
    var ending: ConversationEnding
    var hasTools: Bool
    var text: String?
    var error: String?
    var ids: [Int]?
    /// Where the mask is one.
    var mask: [Range<Int>]?
    var thinking: Bool?
    var messageCount: Int?
  }

  struct Model {
    var template: ChatTemplate
    var source: String
    var tokenizer: String
    var cases: [Case]
  }

  struct Construct {
    var template: String
    var text: String?
    /// The words of the template for its refusal; empty for another failure.
    var error: String?
  }

  var conversations: [String: [ChatMessage]] = [:]
  var tools: [JSON]
  var models: [String: Model] = [:]
  var context: [JSON.Member]
  var constructs: [Construct]

  static let shared = Result { try GoldenChat() }

  static func load() throws -> GoldenChat { try shared.get() }

  private init() throws {
    let data = try Data(contentsOf: GoldenTokenization.url("chat-templates.json"))
    let root = try JSONParser.parse(Array(data))
    tools = try root.field("tools").elements
    context = try root.field("context").members
    constructs = try root.field("constructs").elements.map {
      Construct(
        template: try $0.field("template").text, text: $0.optional("text")?.string,
        error: $0.optional("error")?.string)
    }
    for conversation in try root.field("conversations").elements {
      conversations[try conversation.field("name").text] = try conversation.field("messages")
        .elements
        .map { ChatMessage(fields: try $0.members) }
    }
    for member in try root.field("models").members {
      let url = try GoldenTokenization.url("chat-templates").appending(path: "\(member.key).jinja")
      let source = try String(contentsOf: url, encoding: .utf8)
      var tokens: [String: String] = [:]
      for token in try member.value.field("specialTokens").members {
        tokens[token.key] = token.value.string
      }
      models[member.key] = Model(
        template: try ChatTemplate(source, specialTokens: tokens), source: source,
        tokenizer: try member.value.field("tokenizer").text,
        cases: try member.value.field("cases").elements.map(Self.readCase))
    }
  }

  private static func readCase(_ json: JSON) throws -> Case {
    let endings: [String: ConversationEnding] = [
      "complete": .complete, "generationPrompt": .generationPrompt, "openMessage": .openMessage,
    ]
    return Case(
      conversation: try json.field("conversation").text,
      ending: try #require(endings[json.field("ending").text]),
      hasTools: try json.field("hasTools").isTrue, text: json.optional("text")?.string,
      error: json.optional("error")?.string,
      ids: try json.optional("ids")?.elements.compactMap(\.integer),
      mask: try json.optional("mask")?.elements.map { range in
        let bounds = try range.elements.compactMap(\.integer)
        return bounds[0]..<bounds[1]
      },
      thinking: json.optional("thinking")?.isTrue,
      messageCount: json.optional("messageCount")?.integer)
  }

  /// The conversation of a case; the day is given, as it was to the reference.
  func conversation(_ item: Case) throws -> Conversation {
    var messages = try #require(conversations[item.conversation])
    if let count = item.messageCount { messages = Array(messages.prefix(count)) }
    var variables = [JSON.Member(key: "date_string", value: .string("21 Nov 2026"))]
    if let thinking = item.thinking {
      variables.append(JSON.Member(key: "enable_thinking", value: .boolean(thinking)))
    }
    return Conversation(messages, tools: item.hasTools ? tools : nil, variables: variables)
  }

  /// What a small template gives with the golden context.
  func render(
    _ template: String, limits: JinjaRenderer.Limits = JinjaRenderer.Limits()
  ) throws(ChatTemplateError) -> String {
    var variables = JinjaDictionary()
    for member in context { try variables.set(member.key, to: JinjaValue(member.value)) }
    return try JinjaRenderer(limits: limits).render(
      JinjaParser.parse(template).statements, variables: variables)
  }
}

extension JSON {
  func optional(_ name: String) -> JSON? {
    guard case .object(let members) = self,
      let value = members.first(where: { $0.key == name })?.value
    else { return nil }
    if case .null = value { return nil }
    return value
  }

  func field(_ name: String) throws -> JSON { try #require(optional(name), "\(name)") }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var isTrue: Bool { if case .boolean(true) = self { true } else { false } }
  var text: String { get throws { try #require(string) } }

  var elements: [JSON] {
    get throws {
      guard case .array(let values) = self else { throw CancellationError() }
      return values
    }
  }

  var members: [Member] {
    get throws {
      guard case .object(let members) = self else { throw CancellationError() }
      return members
    }
  }
}

public import Foundation

/// How a model wants a conversation written: the Jinja template that comes with it.
///
/// A template gives what transformers' `apply_chat_template` (5.23.0) gives, or an error that says what it uses that this package does
/// not have. Templates are programs by strangers; they see the conversation and nothing else, and cannot run on forever.
///
/// ```swift
/// let template = try ChatTemplate.load(from: folder)
/// let text = try template.render(Conversation([.user("Who milled this?")]), ending: .generationPrompt)
/// ```
///
/// ``Tokenizer/encode(_:with:ending:)`` turns a conversation into identifiers: a template writes its own `<s>`, of which there must not
/// be two.
public struct ChatTemplate: Sendable {
  /// A template that has been read, or why it cannot be.
  enum Source: Sendable {
    case read(JinjaTemplate, text: String)
    case refused(ChatTemplateError)

    init(_ text: String) {
      do throws(ChatTemplateError) {
        self = .read(try JinjaParser.parse(text), text: text)
      } catch {
        self = .refused(error)
      }
    }
  }

  private let sources: [String: Source]
  /// What the template has for `bos_token` and the like.
  public let specialTokens: [String: String]

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - text: The template.
  ///   - specialTokens: What it has for `bos_token`, `eos_token` and the like.
  /// - Throws: ``ChatTemplateError`` that names the line and what is wrong.
  public init(_ text: String, specialTokens: [String: String] = [:]) throws(ChatTemplateError) {
    try self.init(["default": text], specialTokens: specialTokens)
  }

  /// Templates by name, of which `default` must be readable if it is there.
  init(_ texts: [String: String], specialTokens: [String: String]) throws(ChatTemplateError) {
    sources = texts.mapValues(Source.init)
    self.specialTokens = specialTokens
    if case .refused(let error)? = sources["default"] { throw error }
  }

  /// The template for a conversation: `tool_use` where there are tools and such a template, otherwise `default`.
  func template(for conversation: Conversation) throws(ChatTemplateError) -> (
    JinjaTemplate, text: String
  ) {
    let name = conversation.tools != nil && sources["tool_use"] != nil ? "tool_use" : "default"
    switch sources[name] {
    case .read(let template, let text)?: return (template, text)
    case .refused(let error)?: throw error
    case nil: throw ChatTemplateError(.missingName(name, available: sources.keys.sorted()))
    }
  }

  /// Writes a conversation as the model wants it.
  ///
  /// - Parameters:
  ///   - conversation: One message or more.
  ///   - ending: Where the text ends.
  ///   - date: What time it is, for templates that write the day.
  /// - Returns: The text, special tokens included.
  /// - Throws: ``ChatTemplateError``: what the template does not accept, or what is not supported, with the line.
  public func render(
    _ conversation: Conversation, ending: ConversationEnding = .complete, date: Date = Date()
  ) throws(ChatTemplateError) -> String {
    guard !conversation.messages.isEmpty else {
      throw ChatTemplateError(
        .conversation("the conversation has no messages; there must be one at least"))
    }
    return try rendering(conversation, ending: ending, date: date).text
  }
}

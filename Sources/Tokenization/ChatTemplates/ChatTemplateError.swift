/// Why a conversation could not be written as a model wants it: where in the template, and what is wrong.
public struct ChatTemplateError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The model's folder has no template; the files that were looked for.
    case missing(lookedFor: [String])
    /// There are templates, but none has the name.
    case missingName(String, available: [String])
    /// A file could not be read, or does not hold what it should; the reason.
    case unreadable(file: String, reason: String)
    /// The template is not well-formed.
    case syntax(String)
    /// The template uses something that this package does not do.
    case unsupported(String)
    /// The template refuses the conversation, in its own words.
    case raised(String)
    /// The template does something that fails, such as adding a number to text.
    case failed(String)
    /// The template takes more time, memory or nesting than one may.
    case limit(String)
    /// The conversation itself is not one.
    case conversation(String)
    /// Which tokens are the assistant's cannot be told.
    case noAssistantMask(String)
  }

  /// What is wrong.
  public var problem: Problem
  /// The line of the template, from one on, where there is one.
  public var line: Int?

  /// Describes a problem.
  ///
  /// - Parameters:
  ///   - problem: What is wrong.
  ///   - line: The line of the template.
  public init(_ problem: Problem, line: Int? = nil) {
    self.problem = problem
    self.line = line
  }

  /// The error with a line, unless it has one: the innermost is the most telling.
  func at(_ line: Int) -> ChatTemplateError {
    ChatTemplateError(problem, line: self.line ?? line)
  }

  static func failed(_ text: String) -> ChatTemplateError { ChatTemplateError(.failed(text)) }
  static func unsupported(_ text: String) -> ChatTemplateError {
    ChatTemplateError(.unsupported(text))
  }
  static func limit(_ text: String) -> ChatTemplateError { ChatTemplateError(.limit(text)) }
}

extension ChatTemplateError: CustomStringConvertible {
  /// One line that names the place, the problem and what to do.
  public var description: String {
    let place = line.map { "chat template, line \($0): " } ?? "chat template: "
    switch problem {
    case .missing(let files):
      return "there is no chat template: looked for \(files.joined(separator: ", ")); "
        + "use a model that was tuned for conversations, or save its template as chat_template.jinja"
    case .missingName(let name, let available):
      return "there is no chat template “\(name)”; there is: \(available.joined(separator: ", "))"
    case .unreadable(let file, let reason): return "\(file): \(reason)"
    case .syntax(let text): return place + text
    case .unsupported(let text): return place + text
    case .raised(let text): return place + "the template refuses the conversation: \(text)"
    case .failed(let text): return place + text
    case .limit(let text): return place + text
    case .conversation(let text): return text
    case .noAssistantMask(let text): return place + text
    }
  }
}

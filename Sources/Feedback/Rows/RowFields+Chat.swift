import Files
import Tokenization

extension RowFields {
  /// What the row tells the chat template, if it holds messages; in rows of text these columns mean something else.
  func settings(for content: RowContent) throws(FileError) -> ChatSettings {
    guard case .messages = content else { return ChatSettings() }
    return ChatSettings(tools: try tools(), variables: try variables())
  }

  /// Refuses fields of which some are text and others messages.
  func requireOneForm(_ contents: [(key: String, content: RowContent)]) throws(FileError) {
    guard let first = contents.first else { return }
    for other in contents.dropFirst() where other.content.kind != first.content.kind {
      throw place.refused(
        "`\(first.key)` is \(first.content.kind) and `\(other.key)` \(other.content.kind); "
          + "write both as text or both as messages"
          + (other.key == "chosen" ? ", or leave out a `prompt` that both answers begin with" : ""))
    }
  }

  // A list, or text that holds one; an empty one is none.
  private func tools() throws(FileError) -> [JSON]? {
    var value = value("tools")
    if case .string(let text)? = value {
      do throws(JSON.Malformation) {
        value = try JSON(parsing: text)
      } catch {
        throw wrong("tools", "is text that is not JSON; give a list of function schemas")
      }
    }
    switch value {
    case nil, .null?: return nil
    case .array(let tools)?: return tools.isEmpty ? nil : tools
    case let other?: throw wrong("tools", "must be a list of function schemas, not \(other.kind)")
    }
  }

  private func variables() throws(FileError) -> [JSON.Member] {
    switch value("chat_template_kwargs") {
    case nil: return []
    case .object(let members)?: return members
    case let other?:
      throw wrong("chat_template_kwargs", "must be an object, not \(other.kind)")
    }
  }
}

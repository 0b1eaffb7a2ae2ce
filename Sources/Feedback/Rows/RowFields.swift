import Files
import Foundation
import Tokenization

/// The fields of a row, read with errors that name file, line and key.
///
/// Rows are read by the reader that keeps the order of fields, in which templates write tool calls out.
public struct RowFields: Sendable {
  /// Where the row stands.
  public let place: RowPlace
  private let members: [JSON.Member]

  /// Reads a line.
  init(_ line: JSONLines.Line, file: String) throws(FileError) {
    place = RowPlace(file: file, line: line.number)
    guard let text = String(validating: line.bytes, as: UTF8.self) else {
      throw place.refused("is not UTF-8; save the file as UTF-8")
    }
    let value: JSON
    do throws(JSON.Malformation) {
      value = try JSON(parsing: text)
    } catch {
      throw place.refused("is not valid JSON at byte \(error.offset) of the line: \(error.reason)")
    }
    guard case .object(let members) = value else {
      throw place.refused("must be a JSON object, not \(value.kind)")
    }
    self.members = members
  }

  /// Whether a field is there and not null, which is how data sets with several kinds of rows fill them up.
  func has(_ key: String) -> Bool { value(key) != nil }

  /// The value of a field; nil where it is absent or null.
  func value(_ key: String) -> JSON? {
    switch members.last(where: { $0.key == key })?.value {
    case nil, .null?: nil
    case let value?: value
    }
  }

  /// The names of the row's fields, for messages.
  var names: String {
    members.isEmpty ? "nothing" : members.map { "`\($0.key)`" }.joined(separator: ", ")
  }

  /// Something wrong with the value of a field.
  func wrong(_ key: String, _ reason: String) -> FileError {
    .wrongValue(file: place.file, line: place.line, key: key, reason: reason)
  }

  /// The text of a field.
  func text(_ key: String) throws(FileError) -> String {
    switch value(key) {
    case .string(let text)?: return text
    case let other?: throw wrong(key, "must be a string, not \(other.kind)")
    case nil: throw missing(key)
    }
  }

  /// The text or the messages of a field.
  func content(_ key: String) throws(FileError) -> RowContent {
    switch value(key) {
    case .string(let text)?: return .text(text)
    case .array(let values)?: return .messages(try messages(values, key))
    case let other?: throw wrong(key, "must be a string or a list of messages, not \(other.kind)")
    case nil: throw missing(key)
    }
  }

  /// The messages of a field.
  func messages(_ key: String) throws(FileError) -> [ChatMessage] {
    switch value(key) {
    case .array(let values)?: return try messages(values, key)
    case let other?: throw wrong(key, "must be a list of messages, not \(other.kind)")
    case nil: throw missing(key)
    }
  }

  /// What should follow something else, which cannot be nothing.
  func answer(_ key: String) throws(FileError) -> RowContent {
    let content = try content(key)
    guard !content.isEmpty else {
      throw wrong(key, "is empty: there is nothing to learn; leave the row out")
    }
    return content
  }

  func missing(_ key: String) -> FileError {
    .missingKey(file: place.file, line: place.line, key: key)
  }

  private func messages(_ values: [JSON], _ key: String) throws(FileError) -> [ChatMessage] {
    guard !values.isEmpty else {
      throw wrong(key, "is an empty list; give one message at least, or leave the row out")
    }
    var messages: [ChatMessage] = []
    for (index, value) in values.enumerated() {
      messages.append(try message(value, "\(key)[\(index)]"))
    }
    return messages
  }

  private func message(_ value: JSON, _ key: String) throws(FileError) -> ChatMessage {
    guard case .object(let fields) = value else {
      throw wrong(key, "must be a message with `role` and `content`, not \(value.kind)")
    }
    let message = ChatMessage(fields: fields)
    switch message["role"] {
    case .string?: break
    case nil, .null?:
      throw wrong(
        key, "has no `role`; say who speaks, and what in `content` (elsewhere `from` and `value`)")
    case let other?: throw wrong("\(key).role", "must be a string, not \(other.kind)")
    }
    switch message["content"] {
    case .string?, .array?: break
    case nil, .null?:
      guard message["tool_calls"] != nil else {
        throw wrong(key, "has no `content`; say what is said")
      }
    case let other?: throw wrong("\(key).content", "must be a string, not \(other.kind)")
    }
    return message
  }
}

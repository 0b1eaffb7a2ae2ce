/// A JSON value that keeps the order of fields and tells integers from other numbers.
///
/// Foundation's readers merge fields whose names are canonically equivalent; in a vocabulary
/// these are different tokens. Hence a reader of our own.
public enum JSON: Sendable {
  /// A field of an object.
  public struct Member: Sendable {
    /// The name of the field.
    public var key: String
    /// What the field holds.
    public var value: JSON

    /// A field.
    ///
    /// - Parameters:
    ///   - key: The name of the field.
    ///   - value: What the field holds.
    public init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// Nothing.
  case null
  /// True or false.
  case boolean(Bool)
  /// A number without a fraction or an exponent.
  case integer(Int)
  /// Any other number, and integers that are too large for 64 bits.
  case number(Double)
  /// Text.
  case string(String)
  /// Values in order.
  case array([JSON])
  /// Fields in order.
  case object([Member])

  /// The kind of value, as error messages name it.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// An object from fields in order.
  static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(members.map { Member(key: $0.key, value: $0.value) })
  }
}

// MARK: Writing

extension JSON {
  /// The value as text, laid out as the `tokenizers` package does: two spaces per level, or compact without any space.
  func formatted(compact: Bool = false) -> String {
    var text = ""
    write(to: &text, indentation: compact ? nil : 0)
    return text
  }

  private func write(to text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += String(value)
    case .string(let value): Self.write(value, to: &text)
    case .array(let values):
      Self.write(values, between: ("[", "]"), to: &text, indentation) { value, text in
        value.write(to: &text, indentation: indentation.map { $0 + 1 })
      }
    case .object(let members):
      Self.write(members, between: ("{", "}"), to: &text, indentation) { member, text in
        Self.write(member.key, to: &text)
        text += indentation == nil ? ":" : ": "
        member.value.write(to: &text, indentation: indentation.map { $0 + 1 })
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between brackets: (open: String, close: String), to text: inout String,
    _ indentation: Int?, element write: (Element, inout String) -> Void
  ) {
    text += brackets.open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      if let indentation { text += "\n" + String(repeating: "  ", count: indentation + 1) }
      write(element, &text)
    }
    if let indentation, !elements.isEmpty {
      text += "\n" + String(repeating: "  ", count: indentation)
    }
    text += brackets.close
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

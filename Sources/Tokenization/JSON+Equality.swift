extension JSON: Equatable {
  /// Whether two values say the same, as Python compares them: fields in any order, 1 and 1.0 alike, text by its bytes.
  public static func == (lhs: JSON, rhs: JSON) -> Bool {
    switch (lhs, rhs) {
    case (.null, .null): true
    case (.boolean(let one), .boolean(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
      Int(exactly: number) == integer
    case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
    case (.array(let one), .array(let other)): one == other
    case (.object(let one), .object(let other)): fields(one) == fields(other)
    default: false
    }
  }

  // Of fields with one name the last counts.
  private static func fields(_ members: [Member]) -> [ExactText: JSON] {
    Dictionary(members.map { (ExactText($0.key), $0.value) }) { $1 }
  }
}

extension ChatMessage: Equatable {
  /// Whether two messages have the same fields, in any order.
  public static func == (lhs: ChatMessage, rhs: ChatMessage) -> Bool {
    JSON.object(lhs.fields) == .object(rhs.fields)
  }
}

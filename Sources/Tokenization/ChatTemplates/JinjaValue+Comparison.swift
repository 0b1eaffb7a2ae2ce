extension JinjaValue {
  /// Whether Python's `==` holds.
  static func areEqual(_ left: JinjaValue, _ right: JinjaValue) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let left), .string(let right)): return ExactText(left) == ExactText(right)
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return left.elements.count == right.elements.count
        && zip(left.elements, right.elements).allSatisfy(areEqual)
    case (.dictionary(let left), .dictionary(let right)):
      return left.count == right.count
        && zip(left.keys, left.values).allSatisfy { key, value in
          right.value(of: key).map { areEqual(value, $0) } ?? false
        }
    case (.namespace(let left), .namespace(let right)): return left === right
    case (.macro(let left), .macro(let right)): return left === right
    case (.loop(let left), .loop(let right)): return left === right
    case (.sequence(let left), .sequence(let right)):
      return left === right
        || left.kind == .range && right.kind == .range
          && left.elements.count == right.elements.count
          && zip(left.elements, right.elements).allSatisfy(areEqual)
    case (.function(let left), .function(let right)): return left == right
    default:
      guard let left = left.number, let right = right.number else { return false }
      return left.isEqual(to: right)
    }
  }

  /// Whether Python's `<` holds.
  ///
  /// - Throws: When there is no order between the two.
  static func isLess(_ left: JinjaValue, _ right: JinjaValue) throws(ChatTemplateError) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)):
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (left, right) in zip(left.elements, right.elements) where !areEqual(left, right) {
        return try isLess(left, right)
      }
      return left.elements.count < right.elements.count
    case (.undefined(let undefined), _), (_, .undefined(let undefined)):
      throw .failed(undefined.message)
    default:
      guard let first = left.number, let second = right.number else {
        throw .failed(
          "'<' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
      }
      return first.isLess(than: second)
    }
  }

  /// Whether Python's `in` holds.
  static func contains(_ container: JinjaValue, _ value: JinjaValue) throws(ChatTemplateError)
    -> Bool
  {
    switch container {
    case .string(let text):
      guard case .string(let part) = value else {
        throw .failed("'in <string>' requires string as left operand, not \(value.typeName)")
      }
      return PythonText.firstRange(of: Array(part.utf8), in: Array(text.utf8), from: 0) != nil
    case .dictionary(let dictionary):
      guard JinjaKey(value) != nil else { throw .failed("unhashable type: '\(value.typeName)'") }
      return dictionary.value(of: value) != nil
    default: return try container.elements().contains { areEqual($0, value) }
    }
  }

  /// A number, which a Boolean is too.
  enum Number {
    case integer(Int)
    case float(Double)

    var float: Double {
      switch self {
      case .integer(let value): Double(value)
      case .float(let value): value
      }
    }

    func isEqual(to other: Number) -> Bool {
      switch (self, other) {
      case (.integer(let left), .integer(let right)): left == right
      case (.float(let left), .float(let right)): left == right
      case (.integer(let integer), .float(let float)), (.float(let float), .integer(let integer)):
        Int(exactly: float) == integer
      }
    }

    func isLess(than other: Number) -> Bool {
      if case .integer(let left) = self, case .integer(let right) = other { return left < right }
      return float < other.float
    }
  }

  var number: Number? {
    switch self {
    case .boolean(let value): .integer(value ? 1 : 0)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    default: nil
    }
  }

  /// What a loop over it goes through.
  ///
  /// - Throws: When it cannot be gone through.
  func elements() throws(ChatTemplateError) -> [JinjaValue] {
    switch self {
    case .undefined: []
    case .string(let text): text.unicodeScalars.map { .string(String($0)) }
    case .list(let list), .tuple(let list): list.elements
    case .dictionary(let dictionary): dictionary.keys
    case .sequence(let sequence): sequence.taken()
    case .loop: throw .unsupported("a loop over 'loop' is not supported")
    default: throw .failed("'\(typeName)' object is not iterable")
    }
  }
}

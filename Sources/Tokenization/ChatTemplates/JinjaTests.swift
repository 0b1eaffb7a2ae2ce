/// What may stand after `is`.
enum JinjaTests {
  static let comparisons = [
    "eq": "==", "equalto": "==", "==": "==", "ne": "!=", "!=": "!=", "lt": "<", "lessthan": "<",
    "<": "<",
    "le": "<=", "<=": "<=", "gt": ">", "greaterthan": ">", ">": ">", "ge": ">=", ">=": ">=",
    "in": "in",
  ]

  static func holds(_ name: String, _ value: JinjaValue, _ call: JinjaCall)
    throws(ChatTemplateError) -> Bool
  {
    switch name {
    case "divisibleby":
      guard let divisor = try call.bound(to: ["num"], of: name)[0]?.integer(of: "num") else {
        throw .failed("'divisibleby' needs a number")
      }
      guard divisor != 0 else { throw .failed("integer modulo by zero") }
      return try value.integer(of: name).isMultiple(of: divisor)
    case "sameas":
      guard let other = try call.bound(to: ["other"], of: name)[0] else {
        throw .failed("'sameas' needs a value")
      }
      return try isSame(value, other)
    default: break
    }
    try call.requireNothing(for: name)
    switch name {
    case "defined":
      guard case .undefined = value else { return true }
      return false
    case "undefined":
      guard case .undefined = value else { return false }
      return true
    case "none":
      guard case .none = value else { return false }
      return true
    case "boolean":
      guard case .boolean = value else { return false }
      return true
    case "true":
      guard case .boolean(true) = value else { return false }
      return true
    case "false":
      guard case .boolean(false) = value else { return false }
      return true
    case "integer":
      guard case .integer = value else { return false }
      return true
    case "float":
      guard case .float = value else { return false }
      return true
    case "number": return value.number != nil
    case "string":
      guard case .string = value else { return false }
      return true
    case "mapping":
      guard case .dictionary = value else { return false }
      return true
    case "iterable": return isIterable(value)
    case "sequence": return isSequence(value)
    case "callable": return isCallable(value)
    case "odd", "even":
      let isEven: Bool
      if case .float(let number) = value {
        isEven = number.remainder(dividingBy: 2) == 0
        return name == "even" ? isEven : abs(number.remainder(dividingBy: 2)) == 1
      }
      isEven = try value.integer(of: name).isMultiple(of: 2)
      return (name == "even") == isEven
    case "lower", "upper":
      let call = try JinjaStringMethods.call(
        "is" + name, of: value.text(), JinjaCall(), charge: { _ throws(ChatTemplateError) in })
      return call.isTrue
    default: throw .unsupported("there is no test '\(name)'")
    }
  }

  private static func isIterable(_ value: JinjaValue) -> Bool {
    switch value {
    case .undefined, .string, .list, .tuple, .dictionary, .sequence, .loop: true
    default: false
    }
  }

  private static func isSequence(_ value: JinjaValue) -> Bool {
    switch value {
    case .string, .list, .tuple, .dictionary: true
    case .sequence(let sequence): sequence.kind == .range
    default: false
    }
  }

  private static func isCallable(_ value: JinjaValue) -> Bool {
    switch value {
    // The default undefined value can be called, though that only fails.
    case .undefined, .macro, .function, .method, .loop: true
    default: false
    }
  }

  private static func isSame(_ left: JinjaValue, _ right: JinjaValue) throws(ChatTemplateError)
    -> Bool
  {
    switch (left, right) {
    case (.none, .none): return true
    case (.boolean(let left), .boolean(let right)): return left == right
    case (.boolean, _), (_, .boolean), (.none, _), (_, .none): return false
    case (.namespace, _), (_, .namespace), (.macro, _), (_, .macro):
      return JinjaValue.areEqual(left, right)
    default: throw .unsupported("'sameas' is supported for true, false and none")
    }
  }
}

import Foundation

/// Python's operators on numbers, texts and lists.
enum JinjaArithmetic {
  /// How much work an operation is, for those that make something larger than their operands.
  static func cost(of sign: String, _ left: JinjaValue, _ right: JinjaValue) -> Int {
    switch (sign, left, right) {
    case ("+", .string(let left), .string(let right)): (left.utf8.count + right.utf8.count) / 8
    case ("+", .list(let left), .list(let right)), ("+", .tuple(let left), .tuple(let right)):
      4 * (left.elements.count + right.elements.count)
    case ("*", .string(let text), .integer(let count)),
      ("*", .integer(let count), .string(let text)):
      product(text.utf8.count, count) / 8
    case ("*", .list(let list), .integer(let count)), ("*", .integer(let count), .list(let list)),
      ("*", .tuple(let list), .integer(let count)), ("*", .integer(let count), .tuple(let list)):
      product(4 * list.elements.count, count)
    default: 1
    }
  }

  private static func product(_ size: Int, _ count: Int) -> Int {
    let (result, overflow) = size.multipliedReportingOverflow(by: max(0, count))
    return overflow ? .max : result
  }

  static func result(
    of sign: String, _ left: JinjaValue, _ right: JinjaValue, isUnary: Bool = false
  ) throws(ChatTemplateError) -> JinjaValue {
    for case .undefined(let undefined) in [left, right] { throw .failed(undefined.message) }
    switch (sign, left, right) {
    case ("+", .string(let left), .string(let right)): return .string(left + right)
    case ("+", .list(let left), .list(let right)):
      return .list(try JinjaList(left.elements + right.elements))
    case ("+", .tuple(let left), .tuple(let right)):
      return .tuple(try JinjaList(left.elements + right.elements))
    case ("*", .string(let text), .integer(let count)),
      ("*", .integer(let count), .string(let text)):
      return .string(String(repeating: text, count: max(0, count)))
    case ("*", .list(let list), .integer(let count)), ("*", .integer(let count), .list(let list)):
      return .list(
        try JinjaList(Array(repeatElement(list.elements, count: max(0, count)).joined())))
    case ("*", .tuple(let list), .integer(let count)), ("*", .integer(let count), .tuple(let list)):
      return .tuple(
        try JinjaList(Array(repeatElement(list.elements, count: max(0, count)).joined())))
    case ("%", .string, _): throw .unsupported("formatting with '%' is not supported; use '~'")
    default: break
    }
    guard let first = left.number, let second = right.number else {
      throw .failed(
        isUnary
          ? "bad operand type for unary \(sign): '\(right.typeName)'"
          : "unsupported operand type(s) for \(sign): '\(left.typeName)' and '\(right.typeName)'")
    }
    if case .integer(let left) = first, case .integer(let right) = second, sign != "/" {
      return try integers(sign, left, right)
    }
    if isUnary, sign == "-" { return .float(-second.float) }
    return .float(try floats(sign, first.float, second.float))
  }

  private static func integers(_ sign: String, _ left: Int, _ right: Int) throws(ChatTemplateError)
    -> JinjaValue
  {
    let (value, overflow): (Int, Bool)
    switch sign {
    case "+": (value, overflow) = left.addingReportingOverflow(right)
    case "-": (value, overflow) = left.subtractingReportingOverflow(right)
    case "*": (value, overflow) = left.multipliedReportingOverflow(by: right)
    case "**":
      guard right >= 0 else { return .float(try floats(sign, Double(left), Double(right))) }
      (value, overflow) = power(left, right)
    default:
      guard right != 0 else { throw .failed("integer division or modulo by zero") }
      let (quotient, isTooLarge) = left.dividedReportingOverflow(by: right)
      guard !isTooLarge else { throw .limit("an integer is too large") }
      // Towards minus infinity; the remainder has the divisor's sign.
      let remainder = left % right
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      return .integer(
        sign == "//" ? quotient - (isBelow ? 1 : 0) : isBelow ? remainder + right : remainder)
    }
    guard !overflow else { throw .limit("an integer is too large") }
    return .integer(value)
  }

  private static func power(_ base: Int, _ exponent: Int) -> (Int, Bool) {
    var (result, factor, left) = (1, base, exponent)
    if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
    if base == -1 { return (exponent.isMultiple(of: 2) ? 1 : -1, false) }
    while left > 0 {
      if left & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: factor)
        if overflow { return (0, true) }
        result = product
      }
      left >>= 1
      if left > 0 {
        let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
        if overflow { return (0, true) }
        factor = square
      }
    }
    return (result, false)
  }

  private static func floats(_ sign: String, _ left: Double, _ right: Double)
    throws(ChatTemplateError) -> Double
  {
    switch sign {
    case "+": return left + right
    case "-": return left - right
    case "*": return left * right
    case "**":
      let result = pow(left, right)
      if left == 0, right < 0 { throw .failed("zero cannot be raised to a negative power") }
      if left < 0, right != right.rounded() {
        throw .unsupported("a complex number is not supported")
      }
      if result.isInfinite, left.isFinite, right.isFinite { throw .failed("a number is too large") }
      return result
    default: break
    }
    guard right != 0 else { throw .failed("division by zero") }
    if sign == "/" { return left / right }
    var remainder = fmod(left, right)
    if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
    if sign == "%" { return remainder == 0 ? (right < 0 ? -0.0 : 0.0) : remainder }
    return ((left - remainder) / right).rounded()
  }
}

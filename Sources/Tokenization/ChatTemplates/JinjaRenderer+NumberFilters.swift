import Foundation

extension JinjaRenderer {
  /// Filters that give numbers; nil for others.
  func filterNumber(
    _ value: JinjaValue, _ name: String, _ call: JinjaCall
  ) throws(ChatTemplateError) -> JinjaValue? {
    switch name {
    case "abs":
      try call.requireNothing(for: name)
      switch value.number {
      case .integer(let number)?:
        guard number != .min else { throw .limit("an integer is too large") }
        return .integer(abs(number))
      case .float(let number)?: return .float(abs(number))
      case nil: throw .failed("bad operand type for abs(): '\(value.typeName)'")
      }
    case "int":
      let arguments = try call.bound(to: ["default", "base"], of: name)
      let base = try arguments[1]?.integer(of: "base") ?? 10
      return try Self.integer(value, base: base) ?? arguments[0] ?? .integer(0)
    case "float":
      let arguments = try call.bound(to: ["default"], of: name)
      return try Self.float(value).map { .float($0) } ?? arguments[0] ?? .float(0)
    case "round": return try Self.rounded(value, call)
    default: return nil
    }
  }

  private static func integer(_ value: JinjaValue, base: Int) throws(ChatTemplateError)
    -> JinjaValue?
  {
    switch value {
    case .undefined(let undefined): throw .failed(undefined.message)
    case .string(let text):
      let digits = PythonText.stripped(text)
      guard base == 10 else {
        guard [2, 8, 16].contains(base) else {
          throw .unsupported("the base of 'int' must be 2, 8, 10 or 16")
        }
        let prefix = [2: "0b", 8: "0o", 16: "0x"][base] ?? ""
        let plain = digits.lowercased().hasPrefix(prefix) ? String(digits.dropFirst(2)) : digits
        return Int(plain, radix: base).map { .integer($0) }
      }
      if let number = Int(digits) { return .integer(number) }
      guard let number = parsed(digits) else { return nil }
      return try whole(number)
    default:
      guard let number = value.number else { return nil }
      if case .integer(let integer) = number { return .integer(integer) }
      return try whole(number.float)
    }
  }

  private static func whole(_ number: Double) throws(ChatTemplateError) -> JinjaValue? {
    guard number.isFinite else {
      guard number.isNaN else { throw .failed("cannot convert float infinity to integer") }
      return nil
    }
    guard let integer = Int(exactly: number.rounded(.towardZero)) else {
      throw .limit("an integer is too large")
    }
    return .integer(integer)
  }

  private static func float(_ value: JinjaValue) throws(ChatTemplateError) -> Double? {
    switch value {
    case .undefined(let undefined): throw .failed(undefined.message)
    case .string(let text): parsed(PythonText.stripped(text))
    default: value.number?.float
    }
  }

  // Python's `float` of text, which takes no hexadecimal digits.
  private static func parsed(_ text: String) -> Double? {
    let word = text.lowercased()
    switch word.drop(while: { $0 == "-" || $0 == "+" }) {
    case "inf", "infinity": return word.hasPrefix("-") ? -.infinity : .infinity
    case "nan": return .nan
    default: return word.allSatisfy({ "0123456789+-.e".contains($0) }) ? Double(text) : nil
    }
  }

  private static func rounded(_ value: JinjaValue, _ call: JinjaCall) throws(ChatTemplateError)
    -> JinjaValue
  {
    let arguments = try call.bound(to: ["precision", "method"], of: "round")
    let places = try arguments[0]?.integer(of: "precision") ?? 0
    let method = try arguments[1]?.string(of: "method") ?? "common"
    guard abs(places) < 300 else { throw .limit("'round' has too many places") }
    guard let number = value.number else {
      throw .failed("'round' needs a number, not \(value.typeName)")
    }
    switch method {
    case "common":
      if case .integer(let integer) = number, places >= 0 { return .integer(integer) }
      if case .integer = number {
        throw .unsupported("'round' with a negative precision is not supported")
      }
      return .float(PythonText.rounded(number.float, places: places))
    case "ceil", "floor":
      let unit = pow(10, Double(places))
      let scaled = number.float * unit
      guard scaled.isFinite else { throw .failed("a number is too large") }
      return .float(scaled.rounded(method == "ceil" ? .up : .down) / unit)
    default: throw .failed("method must be common, ceil or floor")
    }
  }
}

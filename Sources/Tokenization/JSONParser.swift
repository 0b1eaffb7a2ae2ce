/// Reads JSON (RFC 8259) from bytes that are valid UTF-8.
struct JSONParser {
  /// Where and why the bytes are not JSON.
  struct Failure: Error {
    var offset: Int
    var reason: String
  }

  /// Deeper nesting is damage or an attack on the stack.
  private static let deepest = 128

  private let bytes: [UInt8]
  private var index = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads one value that takes up all the bytes.
  static func parse(_ bytes: [UInt8]) throws(Failure) -> JSON {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.index == bytes.count else { throw parser.failure("text after the value") }
    return value
  }

  private func failure(_ reason: String) -> Failure {
    Failure(offset: index, reason: index < bytes.count ? reason : "the text ends too early")
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  /// Moves past a character, and says whether it was there.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = current, byte == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> JSON {
    guard depth < Self.deepest else { throw failure("nested too deeply") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func literal(_ text: String, _ value: JSON) throws(Failure) -> JSON {
    let rest = bytes[index...]
    guard rest.starts(with: text.utf8) else {
      if text.utf8.starts(with: rest) { index = bytes.count }
      throw failure("expected a value")
    }
    index += text.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(Failure) -> JSON {
    index += 1
    var members: [JSON.Member] = []
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("expected the name of a field") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("expected a colon") }
      members.append(JSON.Member(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("expected a comma or a closing brace") }
    }
  }

  private mutating func array(depth: Int) throws(Failure) -> JSON {
    index += 1
    var values: [JSON] = []
    skipSpace()
    if take("]") { return .array(values) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { throw failure("expected a comma or a closing bracket") }
    }
  }

  private mutating func number() throws(Failure) -> JSON {
    let start = index
    var isInteger = true
    _ = take("-")
    let integerStart = index
    skipDigits()
    let hasDigits = index > integerStart
    let hasLeadingZero = hasDigits && bytes[integerStart] == 0x30 && index > integerStart + 1
    guard hasDigits, !hasLeadingZero else { throw failure("expected a value") }
    if take(".") {
      isInteger = false
      let fractionStart = index
      skipDigits()
      guard index > fractionStart else { throw failure("expected a digit") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      let exponentStart = index
      skipDigits()
      guard index > exponentStart else { throw failure("expected a digit") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    return .number(Double(text) ?? .infinity)
  }

  private mutating func skipDigits() {
    while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
  }
}

// MARK: Strings

extension JSONParser {
  private mutating func string() throws(Failure) -> String {
    index += 1
    let start = index
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      index += 1
    }
    var text = String(decoding: bytes[start..<index], as: UTF8.self)
    while !take("\"") {
      guard let byte = current else { throw failure("") }
      guard byte >= 0x20 else { throw failure("control character in a string") }
      if take("\\") {
        text.unicodeScalars.append(try escaped())
      } else {
        let scalar = ScannedScalar(in: bytes.span, at: index)
        index += scalar.length
        text.unicodeScalars.append(Unicode.Scalar(scalar.value) ?? "\u{FFFD}")
      }
    }
    return text
  }

  private mutating func escaped() throws(Failure) -> Unicode.Scalar {
    let plain: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"),
      ("r", "\r"), ("t", "\t"),
    ]
    for (name, scalar) in plain where take(name) { return scalar }
    guard take("u") else { throw failure("unknown escape") }
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take("\\"), take("u") else { throw failure("lone surrogate") }
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("lone surrogate") }
    return scalar
  }

  private mutating func codeUnit() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}

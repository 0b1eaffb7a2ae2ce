/// What the GPT-2 split pattern distinguishes: `\p{L}`, `\p{N}`, `\s` and the rest.
enum ScalarClass: UInt8, Sendable {
  case other, letter, number, space

  /// The class of a scalar by the Unicode 16.0 character database.
  ///
  /// The version is pinned because it decides where text is split: the `tokenizers` package
  /// (0.23.3) knows Unicode 16.0, and a standard library that knows more letters would give other
  /// identifiers for the same text. Scalars assigned later count as unassigned.
  init(_ scalar: Unicode.Scalar) {
    guard Self.isAssigned(scalar) else {
      self = .other
      return
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber:
      self = .number
    default:
      self = properties.isWhitespace ? .space : .other
    }
  }

  /// Whether Unicode 16.0 has the scalar.
  static func isAssigned(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age.map { $0.major <= 16 } ?? false
  }

  /// Classes of the scalars of the first two planes, where nearly all text lives.
  static let table: [ScalarClass] = (0..<0x2_0000 as Range<UInt32>).map { value in
    Unicode.Scalar(value).map(ScalarClass.init) ?? .other
  }
}

/// A scalar read from UTF-8 bytes.
struct ScannedScalar {
  /// U+FFFD for a byte that is not part of a well-formed sequence.
  var value: UInt32
  /// How many bytes it takes; one for a malformed byte.
  var length: Int

  /// Reads the scalar that starts at an index.
  ///
  /// The bounds of the second byte are those of table 3-7 of the Unicode Standard: they exclude
  /// overlong forms, surrogates and values past U+10FFFF.
  @inline(__always)
  init(in bytes: Span<UInt8>, at index: Int) {
    let lead = bytes[index]
    if lead < 0x80 {
      self.init(value: UInt32(lead), length: 1)
      return
    }
    let length: Int
    var secondByte: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { secondByte = 0xA0...0xBF }
      if lead == 0xED { secondByte = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { secondByte = 0x90...0xBF }
      if lead == 0xF4 { secondByte = 0x80...0x8F }
    default: length = 0
    }
    guard length > 0, index + length <= bytes.count, secondByte.contains(bytes[index + 1]) else {
      self.init(value: 0xFFFD, length: 1)
      return
    }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let byte = bytes[index + offset]
      guard byte & 0xC0 == 0x80 else {
        self.init(value: 0xFFFD, length: 1)
        return
      }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    self.init(value: value, length: length)
  }

  private init(value: UInt32, length: Int) {
    self.value = value
    self.length = length
  }
}

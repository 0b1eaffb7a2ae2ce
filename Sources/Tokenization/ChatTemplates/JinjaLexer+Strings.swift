extension JinjaLexer {
  /// Reads a string with its escapes, which are those of Python.
  mutating func readString(quote: Unicode.Scalar) throws(ChatTemplateError) {
    var end = index + 1
    while end < source.count, source[end] != quote { end += source[end] == "\\" ? 2 : 1 }
    guard end < source.count else { throw error("a string has no end") }
    var text = String.UnicodeScalarView()
    var place = index + 1
    while place < end {
      let scalar = source[place]
      place += 1
      if scalar == "\\" {
        try appendEscaped(&place, to: &text)
      } else {
        text.append(scalar)
      }
    }
    append(.string(String(text)))
    move(to: end + 1)
  }

  private func appendEscaped(
    _ place: inout Int, to text: inout String.UnicodeScalarView
  ) throws(ChatTemplateError) {
    let scalar = source[place]
    place += 1
    switch scalar {
    case "\n": break
    case "\\", "'", "\"": text.append(scalar)
    case "a": text.append("\u{7}")
    case "b": text.append("\u{8}")
    case "f": text.append("\u{C}")
    case "n": text.append("\n")
    case "r": text.append("\r")
    case "t": text.append("\t")
    case "v": text.append("\u{B}")
    case "x": text.append(try self.scalar(ofDigits: 2, &place))
    case "u": text.append(try self.scalar(ofDigits: 4, &place))
    case "U": text.append(try self.scalar(ofDigits: 8, &place))
    case "N": throw ChatTemplateError(.unsupported("the escape \\N is not supported"), line: line)
    case "0"..."7":
      var value = scalar.value - 0x30
      for _ in 0..<2 where place < source.count && ("0"..."7").contains(source[place]) {
        value = value * 8 + source[place].value - 0x30
        place += 1
      }
      text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
    default:
      text.append("\\")
      guard scalar.isASCII else {
        // As Jinja has it, which spells other scalars in ASCII before it looks at escapes.
        let digits = String(scalar.value, radix: 16)
        let (letter, width) =
          scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
        text.append(contentsOf: letter.unicodeScalars)
        text.append(
          contentsOf: String(repeating: "0", count: max(0, width - digits.count)).unicodeScalars)
        text.append(contentsOf: digits.unicodeScalars)
        return
      }
      text.append(scalar)
    }
  }

  private func scalar(ofDigits count: Int, _ place: inout Int) throws(ChatTemplateError)
    -> Unicode.Scalar
  {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard place < source.count, source[place].isASCII,
        let digit = Character(source[place]).hexDigitValue, value < 0x1000_0000
      else { throw error("an escape in a string needs \(count) hexadecimal digits") }
      value = value * 16 + UInt32(digit)
      place += 1
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw error("an escape in a string is not a Unicode scalar")
    }
    return scalar
  }
}

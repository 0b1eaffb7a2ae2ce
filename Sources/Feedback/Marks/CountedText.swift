/// A text whose characters are counted in Unicode scalars, as Python counts them.
struct CountedText {
  /// The characters.
  let scalars: [Unicode.Scalar]
  // Whether a character as people see it ends and another begins before each scalar, and after the last one.
  private let isBoundary: [Bool]
  // Which scalar each byte of the UTF-8 belongs to, and the number of scalars after the last one.
  private let scalarOfByte: [Int]

  /// Counts a text.
  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    var isBoundary = Array(repeating: false, count: scalars.count + 1)
    isBoundary[0] = true
    var end = 0
    for character in text {
      end += character.unicodeScalars.count
      isBoundary[end] = true
      // The two halves of a Windows line end are white space both, and nobody sees where it is cut.
      if character == "\r\n" { isBoundary[end - 1] = true }
    }
    self.isBoundary = isBoundary
    scalarOfByte =
      scalars.enumerated().flatMap { index, scalar in
        Array(repeating: index, count: scalar.utf8.count)
      } + [scalars.count]
  }

  /// How many there are.
  var count: Int { scalars.count }

  /// The text of some characters.
  func text(_ range: Range<Int>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[range])
    return String(text)
  }

  /// The text with other characters in place of some.
  func replacing(_ range: Range<Int>, with replacement: String) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[..<range.lowerBound])
    text.append(contentsOf: replacement.unicodeScalars)
    text.append(contentsOf: scalars[range.upperBound...])
    return String(text)
  }

  /// All characters that have one of some bytes.
  func characters(ofBytes range: Range<Int>) -> Range<Int> {
    let start = scalarOfByte[range.lowerBound]
    return start..<(range.isEmpty ? start : scalarOfByte[range.upperBound - 1] + 1)
  }

  /// Whether some bytes begin and end where characters do.
  func isWhole(bytes range: Range<Int>) -> Bool {
    [range.lowerBound, range.upperBound].allSatisfy { byte in
      byte == 0 || scalarOfByte[byte] != scalarOfByte[byte - 1]
    }
  }

  /// Whether a span begins or ends within what people see as one character, such as a flag.
  func isCut(at place: Int) -> Bool { !isBoundary[place] }

  /// The smallest span that holds a span and cuts no character that people see.
  func whole(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while !isBoundary[start] { start -= 1 }
    while !isBoundary[end] { end += 1 }
    return start..<end
  }

  /// Whether all of some characters are white space.
  func isWhiteSpace(_ range: Range<Int>) -> Bool {
    scalars[range].allSatisfy(\.properties.isWhitespace)
  }
}

extension JinjaLexer {
  private static let symbols: [StaticString] = [
    "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">",
    "<", "=", ".", ":", "|", ",", ";",
  ]

  /// Reads what is inside of a tag, and its end.
  mutating func readTag(isExpression: Bool) throws(ChatTemplateError) {
    var closing: [String] = []
    while index < source.count {
      if closing.isEmpty, takeEnd(isExpression: isExpression) { return }
      let scalar = source[index]
      if PythonText.isSpace(scalar) {
        skipSpace()
      } else if ("0"..."9").contains(scalar) {
        try readNumber()
      } else if isNameScalar(scalar) {
        readName()
      } else if scalar == "'" || scalar == "\"" {
        try readString(quote: scalar)
      } else if let symbol = Self.symbols.first(where: { has($0, at: index) }) {
        try balance("\(symbol)", &closing)
        append(.symbol("\(symbol)"))
        move(to: index + symbol.utf8CodeUnitCount)
      } else {
        throw error("unexpected character '\(scalar)'")
      }
    }
    throw error("a tag has no end; write '\(isExpression ? "}}" : "%}")'")
  }

  private mutating func takeEnd(isExpression: Bool) -> Bool {
    guard isExpression else {
      let line = line
      guard takeStatementEnd("%") else { return false }
      tokens.append(JinjaToken(kind: .statementEnd, line: line))
      return true
    }
    let isMinus = has("-}}", at: index)
    guard isMinus || has("}}", at: index) else { return false }
    append(.expressionEnd)
    move(to: index + (isMinus ? 3 : 2))
    if isMinus { skipSpace() }
    return true
  }

  private func balance(_ symbol: String, _ closing: inout [String]) throws(ChatTemplateError) {
    switch symbol {
    case "{": closing.append("}")
    case "(": closing.append(")")
    case "[": closing.append("]")
    case "}", ")", "]":
      guard let expected = closing.popLast() else { throw error("unexpected '\(symbol)'") }
      guard expected == symbol else {
        throw error("unexpected '\(symbol)', expected '\(expected)'")
      }
    default: break
    }
  }

  private func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isXIDContinue
  }

  private mutating func readName() {
    var end = index
    while end < source.count, isNameScalar(source[end]) { end += 1 }
    append(.name(String(String.UnicodeScalarView(source[index..<end]))))
    move(to: end)
  }

  private mutating func readNumber() throws(ChatTemplateError) {
    var place = index
    let isFraction = index > 0 && source[index - 1] == "."
    func digits(_ place: inout Int) -> Bool {
      let start = place
      while place < source.count, ("0"..."9").contains(source[place]) || source[place] == "_" {
        place += 1
      }
      // An underscore stands between digits.
      while place > start, source[place - 1] == "_" { place -= 1 }
      return place > start && source[start] != "_"
    }
    if source[index] == "0", index + 1 < source.count,
      "xXoObB".unicodeScalars.contains(source[index + 1])
    {
      try readNumber(withPrefix: source[index + 1])
      return
    }
    _ = digits(&place)
    let integerEnd = place
    var isFloat = false
    if !isFraction, place < source.count, source[place] == "." {
      var after = place + 1
      if digits(&after) {
        place = after
        isFloat = true
      }
    }
    if !isFraction, place < source.count, source[place] == "e" || source[place] == "E" {
      var after = place + 1
      if after < source.count, source[after] == "+" || source[after] == "-" { after += 1 }
      if digits(&after) {
        place = after
        isFloat = true
      }
    }
    let text = String(String.UnicodeScalarView(source[index..<(isFloat ? place : integerEnd)]))
      .filter { $0 != "_" }
    if isFloat {
      append(.float(Double(text) ?? .infinity))
      move(to: place)
      return
    }
    guard text.count == 1 || !text.hasPrefix("0") || text.allSatisfy({ $0 == "0" }) else {
      throw error("a number has a leading zero: \(text)")
    }
    guard let integer = Int(text) else { throw error("the number \(text) is too large") }
    append(.integer(integer))
    move(to: integerEnd)
  }

  private mutating func readNumber(withPrefix prefix: Unicode.Scalar) throws(ChatTemplateError) {
    var end = index + 2
    while end < source.count, isNameScalar(source[end]) { end += 1 }
    let digits = String(String.UnicodeScalarView(source[(index + 2)..<end])).filter { $0 != "_" }
    let radix =
      "xX".unicodeScalars.contains(prefix) ? 16 : "oO".unicodeScalars.contains(prefix) ? 8 : 2
    guard let integer = Int(digits, radix: radix) else {
      throw error("0\(prefix)\(digits) is not a number or is too large")
    }
    append(.integer(integer))
    move(to: end)
  }
}

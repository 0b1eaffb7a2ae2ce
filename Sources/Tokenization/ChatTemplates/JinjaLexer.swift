/// Cuts a template into tokens, with white space dropped as transformers has it: `trim_blocks` and `lstrip_blocks` are on.
///
/// A line break after a statement goes, and so does white space between the start of a line and a statement or comment; a `-` inside
/// of a tag drops all white space beside it, a `+` none.
struct JinjaLexer {
  /// What takes white space away before a tag.
  enum Sign { case none, minus, plus }

  var source: [Unicode.Scalar]
  var index = 0
  var line = 1
  var tokens: [JinjaToken] = []

  /// The tokens of a template, the last of which is the end.
  static func tokens(of template: String) throws(ChatTemplateError) -> [JinjaToken] {
    var lexer = JinjaLexer(source: Array(normalized(template)))
    try lexer.readAll()
    return lexer.tokens
  }

  // Line breaks are line feeds, and one at the very end goes.
  static func normalized(_ text: String) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        result.append("\n")
      } else if scalar != "\n" || previous != "\r" {
        result.append(scalar)
      }
      previous = scalar
    }
    if result.last == "\n" { result.removeLast() }
    return result
  }

  func error(_ text: String) -> ChatTemplateError { ChatTemplateError(.syntax(text), line: line) }

  func has(_ text: StaticString, at place: Int) -> Bool {
    guard place + text.utf8CodeUnitCount <= source.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy {
      source[place + $0].value == UInt32(text.utf8Start[$0])
    }
  }

  mutating func append(_ kind: JinjaToken.Kind) {
    tokens.append(JinjaToken(kind: kind, line: line))
  }

  /// Moves to a place, counting lines.
  mutating func move(to place: Int) {
    for passed in index..<max(index, place) where source[passed] == "\n" { line += 1 }
    index = place
  }

  mutating func skipSpace() {
    var place = index
    while place < source.count, PythonText.isSpace(source[place]) { place += 1 }
    move(to: place)
  }

  func sign(at place: Int) -> Sign {
    guard place < source.count else { return .none }
    return source[place] == "-" ? .minus : source[place] == "+" ? .plus : .none
  }

  private mutating func readAll() throws(ChatTemplateError) {
    while let start = tagStart(from: index) {
      let isExpression = source[start + 1] == "{"
      let sign = sign(at: start + 2)
      appendData(upTo: start, sign: sign, isExpression: isExpression)
      if source[start + 1] == "#" {
        move(to: start + (sign == .none ? 2 : 3))
        try skipComment()
      } else if let text = rawStart(at: start) {
        move(to: text)
        try readRaw()
      } else {
        move(to: start + (sign == .none ? 2 : 3))
        append(isExpression ? .expressionStart : .statementStart)
        try readTag(isExpression: isExpression)
      }
    }
    appendData(upTo: source.count, sign: .plus, isExpression: true)
    append(.end)
  }

  private func tagStart(from place: Int) -> Int? {
    guard place < source.count else { return nil }
    return (place..<source.count).first {
      has("{{", at: $0) || has("{%", at: $0) || has("{#", at: $0)
    }
  }

  private mutating func appendData(upTo end: Int, sign: Sign, isExpression: Bool) {
    var last = end
    switch sign {
    case .minus:
      while last > index, PythonText.isSpace(source[last - 1]) { last -= 1 }
    case .plus: break
    case .none where !isExpression:
      var start = end
      while start > index, source[start - 1] != "\n" { start -= 1 }
      let beginsLine = start == 0 || source[start - 1] == "\n"
      if beginsLine, source[start..<end].allSatisfy(PythonText.isSpace) { last = start }
    case .none: break
    }
    if last > index {
      append(.data(String(String.UnicodeScalarView(source[index..<last]))))
    }
    move(to: end)
  }

  /// Moves past what ends a tag, when it is here; `%` or `#` stands before the brace.
  mutating func takeStatementEnd(_ mark: Unicode.Scalar) -> Bool {
    let sign = sign(at: index)
    let place = sign == .none ? index : index + 1
    guard place + 1 < source.count, source[place] == mark, source[place + 1] == "}" else {
      return false
    }
    move(to: place + 2)
    if sign == .minus {
      skipSpace()
    } else if sign == .none, index < source.count, source[index] == "\n" {
      move(to: index + 1)
    }
    return true
  }

  private mutating func skipComment() throws(ChatTemplateError) {
    while !takeStatementEnd("#") {
      guard index < source.count else { throw error("a comment has no end; write '#}'") }
      move(to: index + 1)
    }
  }
}

// MARK: Raw text

extension JinjaLexer {
  // After `{% raw %}`, when that is here.
  private func rawStart(at start: Int) -> Int? {
    guard has("{%", at: start) else { return nil }
    var place = start + (sign(at: start + 2) == .none ? 2 : 3)
    skipSpace(&place)
    guard has("raw", at: place) else { return nil }
    place += 3
    skipSpace(&place)
    if has("%}", at: place) { return place + 2 }
    guard has("-%}", at: place) else { return nil }
    place += 3
    skipSpace(&place)
    return place
  }

  private func skipSpace(_ place: inout Int) {
    while place < source.count, PythonText.isSpace(source[place]) { place += 1 }
  }

  private mutating func readRaw() throws(ChatTemplateError) {
    for place in index..<max(index, source.count) where has("{%", at: place) {
      let sign = sign(at: place + 2)
      var after = place + (sign == .none ? 2 : 3)
      skipSpace(&after)
      guard has("endraw", at: after) else { continue }
      after += 6
      skipSpace(&after)
      let isEnd = has("%}", at: after) || has("-%}", at: after) || has("+%}", at: after)
      guard isEnd else { continue }
      appendData(upTo: place, sign: sign, isExpression: false)
      move(to: after)
      _ = takeStatementEnd("%")
      return
    }
    throw error("'raw' has no end; write '{% endraw %}'")
  }
}

// What operators stand between: literals, names, and what follows them.
extension JinjaParser {
  mutating func primary() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    switch current.kind {
    case .name(let name):
      advance()
      return try expression(Self.constantOrName(name), line: line)
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return try expression(.literal(.string(text)), line: line)
    case .integer(let value):
      advance()
      return try expression(.literal(.integer(value)), line: line)
    case .float(let value):
      advance()
      return try expression(.literal(.float(value)), line: line)
    case .symbol("("):
      advance()
      let value = try tupleOrExpression(isInParentheses: true)
      try expect(")")
      return value
    case .symbol("["):
      advance()
      let items = try items(until: "]") { parser throws(ChatTemplateError) in
        try parser.expression()
      }
      return try expression(.list(items), line: line)
    case .symbol("{"):
      advance()
      let pairs = try items(until: "}") { parser throws(ChatTemplateError) in
        let key = try parser.expression()
        try parser.expect(":")
        return (key: key, value: try parser.expression())
      }
      return try expression(.dictionary(pairs), line: line)
    default: throw error("unexpected \(current.description)")
    }
  }

  private static func constantOrName(_ name: String) -> JinjaExpression.Kind {
    switch name {
    case "true", "True": .literal(.boolean(true))
    case "false", "False": .literal(.boolean(false))
    case "none", "None": .literal(.none)
    default: .name(name)
    }
  }

  private mutating func items<Item>(
    until end: String, _ read: (inout JinjaParser) throws(ChatTemplateError) -> Item
  ) throws(ChatTemplateError) -> [Item] {
    var items: [Item] = []
    while !isSymbol(end) {
      if !items.isEmpty { try expect(",") }
      if isSymbol(end) { break }
      items.append(try read(&self))
    }
    try expect(end)
    return items
  }

  /// Attributes, subscripts and calls.
  mutating func postfixes(of start: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression {
    var value = start
    while case .symbol(let symbol) = current.kind {
      let line = current.line
      switch symbol {
      case ".":
        advance()
        if case .integer(let position) = current.kind {
          advance()
          let key = try expression(.literal(.integer(position)), line: line)
          value = try expression(.item(value, key), line: line)
        } else {
          value = try expression(.attribute(value, name()), line: line)
        }
      case "[":
        advance()
        value = try subscripted(value, line: line)
      case "(": value = try expression(.call(value, arguments()), line: line)
      default: return value
      }
    }
    return value
  }

  private mutating func subscripted(
    _ value: JinjaExpression, line: Int
  ) throws(ChatTemplateError) -> JinjaExpression {
    let start = isSymbol(":") ? nil : try expression()
    guard take(":") else {
      guard let start else { throw error("expected an expression, found \(current.description)") }
      guard !isSymbol(",") else { throw unsupported("a subscript with commas is not supported") }
      try expect("]")
      return try expression(.item(value, start), line: line)
    }
    let end = isSymbol(":") || isSymbol("]") ? nil : try expression()
    var step: JinjaExpression?
    if take(":"), !isSymbol("]") { step = try expression() }
    try expect("]")
    return try expression(.slice(value, start: start, end: end, step: step), line: line)
  }

  /// Filters, tests and calls of what they give.
  mutating func filtersAndTests(of start: JinjaExpression) throws(ChatTemplateError)
    -> JinjaExpression
  {
    var value = start
    while true {
      if isSymbol("|") {
        value = try filters(of: value, startsInline: false)
      } else if isName("is") {
        value = try test(of: value)
      } else if isSymbol("(") {
        let line = current.line
        value = try expression(.call(value, arguments()), line: line)
      } else {
        return value
      }
    }
  }

  /// One filter after another.
  mutating func filters(
    of start: JinjaExpression?, startsInline: Bool
  ) throws(ChatTemplateError) -> JinjaExpression {
    var value = start
    var isInline = startsInline
    repeat {
      if !isInline { try expect("|") }
      isInline = false
      let line = current.line
      let name = try dottedName()
      let arguments = isSymbol("(") ? try arguments() : JinjaArguments()
      value = try expression(.filter(value, name, arguments), line: line)
    } while isSymbol("|")
    guard let value else { throw error("expected a filter") }
    return value
  }

  private mutating func dottedName() throws(ChatTemplateError) -> String {
    var result = try name()
    while take(".") { result += try "." + name() }
    return result
  }

  private mutating func test(of value: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression
  {
    let line = current.line
    try expectName("is")
    let isNegated = takeName("not")
    let name = try dottedName()
    var arguments = JinjaArguments()
    if isSymbol("(") {
      arguments = try self.arguments()
    } else if startsArgument {
      guard !isName("is") else { throw error("tests with 'is' cannot be chained") }
      let operand = try primary()
      arguments.positional = [try postfixes(of: operand)]
    }
    let test = try expression(.test(value, name, arguments), line: line)
    return isNegated ? try expression(.not(test), line: line) : test
  }

  private var startsArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .integer, .float, .symbol("["), .symbol("{"): true
    default: false
    }
  }

  mutating func arguments() throws(ChatTemplateError) -> JinjaArguments {
    var result = JinjaArguments()
    try expect("(")
    var isFirst = true
    while !isSymbol(")") {
      if !isFirst {
        try expect(",")
        if isSymbol(")") { break }
      }
      isFirst = false
      guard !isSymbol("*"), !isSymbol("**") else {
        throw unsupported("arguments after '*' are not supported")
      }
      if case .name(let name) = current.kind, peek().kind == .symbol("=") {
        advance()
        advance()
        result.named.append((name, try expression()))
      } else {
        guard result.named.isEmpty else {
          throw error("an argument without a name follows one with a name")
        }
        result.positional.append(try expression())
      }
    }
    try expect(")")
    return result
  }
}

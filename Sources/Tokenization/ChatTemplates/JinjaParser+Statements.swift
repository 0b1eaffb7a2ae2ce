extension JinjaParser {
  /// Statements up to one that ends them, whose name is next.
  mutating func statements(until ends: [String]) throws(ChatTemplateError) -> [JinjaStatement] {
    try nested { parser throws(ChatTemplateError) in
      var result: [JinjaStatement] = []
      while true {
        let line = parser.current.line
        switch parser.current.kind {
        case .data(let text):
          parser.advance()
          result.append(JinjaStatement(kind: .text(text), line: line))
        case .expressionStart:
          parser.advance()
          let value = try parser.tupleOrExpression()
          try parser.expect(.expressionEnd)
          result.append(JinjaStatement(kind: .output(value), line: line))
        case .statementStart:
          parser.advance()
          if case .name(let name) = parser.current.kind, ends.contains(name) { return result }
          result += try parser.statement(line: line)
          try parser.expect(.statementEnd)
        default:
          guard ends.isEmpty else {
            throw parser.error("the template ends without '\(ends.joined(separator: "' or '"))'")
          }
          return result
        }
      }
    }
  }

  // What a statement has between its tags; the name that ends it has been read.
  private mutating func body(until ends: [String]) throws(ChatTemplateError) -> (
    [JinjaStatement], end: String
  ) {
    _ = take(":")
    try expect(.statementEnd)
    let statements = try statements(until: ends)
    return (statements, try name())
  }

  private mutating func statement(line: Int) throws(ChatTemplateError) -> [JinjaStatement] {
    let name = try name()
    let kind: JinjaStatement.Kind
    switch name {
    case "if": kind = try choice()
    case "for": kind = try loop()
    case "set": kind = try set()
    case "macro": kind = .macro(try macro(named: self.name(), until: "endmacro"))
    case "call": kind = try call()
    case "generation":
      hasGeneration = true
      kind = .generation(try body(until: ["endgeneration"]).0)
    case "filter":
      let filters = try filters(of: nil, startsInline: true)
      kind = .filter(filters, try body(until: ["endfilter"]).0)
    case "with": kind = try with()
    case "print": return try printed(line: line)
    case "break", "continue":
      guard loopDepth > 0 else { throw error("'\(name)' stands outside of a loop") }
      kind = name == "break" ? .break : .continue
    case "block", "extends", "import", "from", "include", "autoescape":
      throw unsupported("'\(name)' is not supported")
    default: throw unsupported("there is no statement '\(name)'")
    }
    return [JinjaStatement(kind: kind, line: line)]
  }

  private mutating func printed(line: Int) throws(ChatTemplateError) -> [JinjaStatement] {
    var result: [JinjaStatement] = []
    while current.kind != .statementEnd {
      if !result.isEmpty { try expect(",") }
      result.append(JinjaStatement(kind: .output(try expression()), line: line))
    }
    return result
  }

  private mutating func choice() throws(ChatTemplateError) -> JinjaStatement.Kind {
    var branches: [(condition: JinjaExpression, body: [JinjaStatement])] = []
    while true {
      let condition = try tupleOrExpression(isConditionalAllowed: false)
      let (statements, end) = try body(until: ["elif", "else", "endif"])
      branches.append((condition, statements))
      if end == "elif" { continue }
      let others = end == "else" ? try body(until: ["endif"]).0 : []
      return .choice(branches, else: others)
    }
  }

  private mutating func loop() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let target = try target(endsAt: "in")
    try expectName("in")
    let sequence = try tupleOrExpression(isConditionalAllowed: false, endsAt: "recursive")
    let condition = takeName("if") ? try expression() : nil
    guard !isName("recursive") else { throw unsupported("a recursive loop is not supported") }
    loopDepth += 1
    let (statements, end) = try body(until: ["endfor", "else"])
    loopDepth -= 1
    let others = end == "else" ? try body(until: ["endfor"]).0 : []
    return .loop(
      JinjaLoopSyntax(
        target: target, sequence: sequence, condition: condition, body: statements, else: others))
  }

  private mutating func set() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let target = try target(allowsFields: true)
    if take("=") { return .set(target, try tupleOrExpression()) }
    let filters = isSymbol("|") ? try filters(of: nil, startsInline: false) : nil
    return .setBlock(target, filters, try body(until: ["endset"]).0)
  }

  private mutating func with() throws(ChatTemplateError) -> JinjaStatement.Kind {
    var values: [(target: JinjaTarget, value: JinjaExpression)] = []
    while current.kind != .statementEnd {
      if !values.isEmpty { try expect(",") }
      let target = try target(endsAt: nil)
      try expect("=")
      values.append((target, try expression()))
    }
    return .with(values, try body(until: ["endwith"]).0)
  }

  private mutating func macro(named name: String, until end: String) throws(ChatTemplateError)
    -> JinjaMacroSyntax
  {
    let parameters = isSymbol("(") || end == "endmacro" ? try parameters() : []
    // A loop around the macro is not one that it can leave.
    let outer = loopDepth
    loopDepth = 0
    defer { loopDepth = outer }
    return JinjaMacroSyntax(name: name, parameters: parameters, body: try body(until: [end]).0)
  }

  private mutating func call() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let parameters = isSymbol("(") ? try parameters() : []
    let line = current.line
    let call = try expression()
    guard case .call = call.kind else {
      throw ChatTemplateError(.syntax("'call' needs a call of a macro"), line: line)
    }
    let outer = loopDepth
    loopDepth = 0
    defer { loopDepth = outer }
    let statements = try body(until: ["endcall"]).0
    return .call(call, JinjaMacroSyntax(name: "caller", parameters: parameters, body: statements))
  }

  private mutating func parameters() throws(ChatTemplateError) -> [(
    name: String, value: JinjaExpression?
  )] {
    var result: [(name: String, value: JinjaExpression?)] = []
    try expect("(")
    while !isSymbol(")") {
      if !result.isEmpty { try expect(",") }
      let name = try assignableName()
      let value = take("=") ? try expression() : nil
      guard value != nil || result.last?.value == nil else {
        throw error("a parameter without a default follows one with a default")
      }
      result.append((name, value))
    }
    try expect(")")
    return result
  }
}

// MARK: Targets

extension JinjaParser {
  private static let constants = ["true", "false", "none", "True", "False", "None"]

  private mutating func assignableName() throws(ChatTemplateError) -> String {
    let name = try name()
    guard !Self.constants.contains(name) else { throw error("'\(name)' cannot be assigned to") }
    return name
  }

  private mutating func target(
    allowsFields: Bool = false, endsAt end: String? = nil
  ) throws(ChatTemplateError) -> JinjaTarget {
    var targets: [JinjaTarget] = []
    var isSeveral = false
    while true {
      if isSeveral, let end, isName(end) { break }
      if isSymbol(")") || current.kind == .statementEnd { break }
      targets.append(try singleTarget(allowsFields: allowsFields))
      guard take(",") else { break }
      isSeveral = true
    }
    guard let first = targets.first else {
      throw error("expected a name, found \(current.description)")
    }
    return isSeveral ? .several(targets) : first
  }

  private mutating func singleTarget(allowsFields: Bool) throws(ChatTemplateError) -> JinjaTarget {
    try nested { parser throws(ChatTemplateError) in
      if parser.take("(") {
        let inner = try parser.target(allowsFields: false)
        try parser.expect(")")
        return inner
      }
      let name = try parser.assignableName()
      guard allowsFields, parser.take(".") else { return .name(name) }
      return .field(of: name, try parser.name())
    }
  }
}

// Operators, from those that bind loosest to those that bind tightest.
extension JinjaParser {
  mutating func expression(isConditionalAllowed: Bool = true) throws(ChatTemplateError)
    -> JinjaExpression
  {
    try nested { parser throws(ChatTemplateError) in
      isConditionalAllowed ? try parser.conditional() : try parser.disjunction()
    }
  }

  /// An expression, or several with commas, which are a tuple.
  mutating func tupleOrExpression(
    isConditionalAllowed: Bool = true, endsAt end: String? = nil, isInParentheses: Bool = false
  ) throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    var items: [JinjaExpression] = []
    var isTuple = false
    while !isTupleEnd(end) {
      items.append(try expression(isConditionalAllowed: isConditionalAllowed))
      guard take(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = items.first { return only }
      guard isInParentheses else {
        throw error("expected an expression, found \(current.description)")
      }
    }
    return try expression(.tuple(items), line: line)
  }

  private func isTupleEnd(_ end: String?) -> Bool {
    switch current.kind {
    case .expressionEnd, .statementEnd, .symbol(")"), .end: true
    case .name(let name): name == end
    default: false
    }
  }

  private mutating func conditional() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    var value = try disjunction()
    while takeName("if") {
      let condition = try disjunction()
      let other =
        takeName("else") ? try nested { p throws(ChatTemplateError) in try p.conditional() } : nil
      value = try expression(.conditional(value, if: condition, else: other), line: line)
    }
    return value
  }

  private mutating func disjunction() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    var left = try conjunction()
    while takeName("or") {
      left = try expression(.or(left, conjunction()), line: line)
    }
    return left
  }

  private mutating func conjunction() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    var left = try negation()
    while takeName("and") {
      left = try expression(.and(left, negation()), line: line)
    }
    return left
  }

  private mutating func negation() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    guard takeName("not") else { return try comparison() }
    let operand = try nested { p throws(ChatTemplateError) in try p.negation() }
    return try expression(.not(operand), line: line)
  }

  private mutating func comparison() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    let first = try sum()
    var rest: [(sign: String, operand: JinjaExpression)] = []
    while let sign = comparisonSign() {
      rest.append((sign, try sum()))
    }
    return rest.isEmpty ? first : try expression(.comparison(first, rest), line: line)
  }

  private mutating func comparisonSign() -> String? {
    switch current.kind {
    case .symbol(let sign) where ["==", "!=", "<", "<=", ">", ">="].contains(sign):
      advance()
      return sign
    case .name("in"):
      advance()
      return "in"
    case .name("not") where peek().kind == .name("in"):
      advance()
      advance()
      return "not in"
    default: return nil
    }
  }

  private mutating func sum() throws(ChatTemplateError) -> JinjaExpression {
    try chain(of: ["+", "-"]) { parser throws(ChatTemplateError) in try parser.concatenation() }
  }

  private mutating func concatenation() throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    var items = [try product()]
    while take("~") { items.append(try product()) }
    return items.count == 1 ? items[0] : try expression(.concatenation(items), line: line)
  }

  private mutating func product() throws(ChatTemplateError) -> JinjaExpression {
    try chain(of: ["*", "/", "//", "%"]) { parser throws(ChatTemplateError) in
      try parser.chain(of: ["**"]) { p throws(ChatTemplateError) in try p.unary() }
    }
  }

  // Operators of one strength, the left one first.
  private mutating func chain(
    of signs: [String], _ operand: (inout JinjaParser) throws(ChatTemplateError) -> JinjaExpression
  ) throws(ChatTemplateError) -> JinjaExpression {
    let line = current.line
    var left = try operand(&self)
    while case .symbol(let sign) = current.kind, signs.contains(sign) {
      advance()
      left = try expression(.arithmetic(left, sign, operand(&self)), line: line)
    }
    return left
  }

  private mutating func unary(takesFilters: Bool = true) throws(ChatTemplateError)
    -> JinjaExpression
  {
    try nested { parser throws(ChatTemplateError) in
      let line = parser.current.line
      var value: JinjaExpression
      if parser.take("-") {
        value = try parser.expression(.negative(parser.unary(takesFilters: false)), line: line)
      } else if parser.take("+") {
        value = try parser.expression(.positive(parser.unary(takesFilters: false)), line: line)
      } else {
        value = try parser.primary()
      }
      value = try parser.postfixes(of: value)
      return takesFilters ? try parser.filtersAndTests(of: value) : value
    }
  }
}

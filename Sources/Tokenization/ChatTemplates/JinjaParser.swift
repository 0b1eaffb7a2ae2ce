/// Reads a template into its syntax tree.
struct JinjaParser {
  /// Deeper expressions and statements are damage or an attack on the stack.
  static let deepest = 60

  let tokens: [JinjaToken]
  var index = 0
  var depth = 0
  var loopDepth = 0
  var hasGeneration = false

  /// The syntax tree of a template.
  static func parse(_ template: String) throws(ChatTemplateError) -> JinjaTemplate {
    var parser = JinjaParser(tokens: try JinjaLexer.tokens(of: template))
    let statements = try parser.statements(until: [])
    return JinjaTemplate(statements: statements, hasGeneration: parser.hasGeneration)
  }

  var current: JinjaToken { tokens[index] }

  func peek(_ offset: Int = 1) -> JinjaToken { tokens[min(index + offset, tokens.count - 1)] }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  func error(_ text: String) -> ChatTemplateError {
    ChatTemplateError(.syntax(text), line: current.line)
  }

  func unsupported(_ text: String) -> ChatTemplateError {
    ChatTemplateError(.unsupported(text), line: current.line)
  }

  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }
  func isName(_ name: String) -> Bool { current.kind == .name(name) }

  mutating func take(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func takeName(_ name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws(ChatTemplateError) {
    guard take(symbol) else { throw error("expected '\(symbol)', found \(current.description)") }
  }

  mutating func expectName(_ name: String) throws(ChatTemplateError) {
    guard takeName(name) else { throw error("expected '\(name)', found \(current.description)") }
  }

  mutating func expect(_ kind: JinjaToken.Kind) throws(ChatTemplateError) {
    guard current.kind == kind else {
      throw error(
        "expected \(JinjaToken(kind: kind, line: 0).description), found \(current.description)")
    }
    advance()
  }

  mutating func name() throws(ChatTemplateError) -> String {
    guard case .name(let name) = current.kind else {
      throw error("expected a name, found \(current.description)")
    }
    advance()
    return name
  }

  /// Reads what may contain itself.
  mutating func nested<Output>(
    _ read: (inout JinjaParser) throws(ChatTemplateError) -> Output
  ) throws(ChatTemplateError) -> Output {
    guard depth < Self.deepest else {
      throw ChatTemplateError(.limit("the template is nested too deeply"), line: current.line)
    }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  /// An expression, unless it is too deep.
  func expression(_ kind: JinjaExpression.Kind, line: Int) throws(ChatTemplateError)
    -> JinjaExpression
  {
    let expression = JinjaExpression(kind, line: line)
    guard expression.depth <= Self.deepest else {
      throw ChatTemplateError(.limit("the expression is nested too deeply"), line: line)
    }
    return expression
  }
}

extension JinjaRenderer {
  /// Where to go on after a statement.
  enum Flow { case next, `break`, `continue` }

  func execute(_ statements: [JinjaStatement], in scope: JinjaScope) throws(ChatTemplateError)
    -> Flow
  {
    for statement in statements {
      let flow = try nested(line: statement.line) { () throws(ChatTemplateError) in
        try execute(statement, in: scope)
      }
      guard case .next = flow else { return flow }
    }
    return .next
  }

  private func execute(_ statement: JinjaStatement, in scope: JinjaScope) throws(ChatTemplateError)
    -> Flow
  {
    switch statement.kind {
    case .text(let text): try write(text)
    case .output(let expression): try write(evaluate(expression, in: scope).text())
    case .choice(let branches, let others):
      for branch in branches where try evaluate(branch.condition, in: scope).isTrue {
        return try execute(branch.body, in: scope)
      }
      return try execute(others, in: scope)
    case .loop(let loop): return try run(loop, in: scope)
    case .set(let target, let expression):
      try assign(evaluate(expression, in: scope), to: target, in: scope)
    case .setBlock(let target, let filters, let body):
      let (text, flow) = try captured(body, in: JinjaScope(inside: scope))
      let value = try filters.map { f throws(ChatTemplateError) in
        try filtered(.string(text), by: f, in: scope)
      }
      try assign(value ?? .string(text), to: target, in: scope)
      return flow
    case .macro(let macro):
      keep(scope)
      scope.set(macro.name, to: .macro(JinjaMacro(macro, scope: scope)))
    case .call(let expression, let body): try write(call(expression, body: body, in: scope))
    case .filter(let filters, let body):
      let (text, flow) = try captured(body, in: JinjaScope(inside: scope))
      try write(filtered(.string(text), by: filters, in: scope).text())
      return flow
    case .with(let values, let body):
      let inner = JinjaScope(inside: scope)
      for (target, value) in values {
        try assign(evaluate(value, in: scope), to: target, in: inner)
      }
      return try execute(body, in: inner)
    case .generation(let body): return try generate(body, in: scope)
    case .break: return .break
    case .continue: return .continue
    }
    return .next
  }

  private func generate(_ body: [JinjaStatement], in scope: JinjaScope) throws(ChatTemplateError)
    -> Flow
  {
    if generated != nil, captureDepth > 0 {
      throw ChatTemplateError(
        .noAssistantMask(
          "a generation block inside of a macro, a 'set' or a filter has no place in the text; "
            + "move it out of there"))
    }
    let start = output.utf8.count
    let flow = try execute(body, in: JinjaScope(inside: scope))
    noteGenerated(from: start)
    return flow
  }

  func assign(
    _ value: JinjaValue, to target: JinjaTarget, in scope: JinjaScope
  ) throws(ChatTemplateError) {
    switch target {
    case .name(let name): scope.set(name, to: value)
    case .field(let owner, let field):
      guard case .namespace(let namespace)? = scope.value(of: owner) else {
        throw .failed("cannot assign attribute on non-namespace object")
      }
      try Self.checkFieldName(field)
      try namespace.fields.set(field, to: value)
    case .several(let targets):
      let values = try value.elements()
      guard values.count == targets.count else {
        throw .failed("\(targets.count) values are expected to unpack, not \(values.count)")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target, in: scope) }
    }
  }

  /// Refuses the names that transformers refuses for fields of a namespace.
  static func checkFieldName(_ name: String) throws(ChatTemplateError) {
    guard !name.hasPrefix("_") else {
      throw .failed("a field of a namespace may not start with an underscore: '\(name)'")
    }
  }

  private func run(_ loop: JinjaLoopSyntax, in scope: JinjaScope) throws(ChatTemplateError) -> Flow
  {
    var elements = try evaluate(loop.sequence, in: scope).elements()
    try charge(elements.count)
    if let condition = loop.condition {
      var kept: [JinjaValue] = []
      for element in elements {
        let inner = JinjaScope(inside: scope)
        try assign(element, to: loop.target, in: inner)
        if try evaluate(condition, in: inner).isTrue { kept.append(element) }
      }
      elements = kept
    }
    let place = JinjaLoop(elements)
    var isElse = true
    for (index, element) in elements.enumerated() {
      place.index = index
      let inner = JinjaScope(inside: scope)
      inner.set("loop", to: .loop(place))
      try assign(element, to: loop.target, in: inner)
      let flow = try execute(loop.body, in: inner)
      if case .break = flow { break }
      // As Jinja has it: 'else' is for a loop of which no round came to its end.
      if case .next = flow { isElse = false }
    }
    return isElse ? try execute(loop.else, in: JinjaScope(inside: scope)) : .next
  }
}

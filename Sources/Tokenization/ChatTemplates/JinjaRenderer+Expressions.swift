extension JinjaRenderer {
  func evaluate(_ expression: JinjaExpression, in scope: JinjaScope) throws(ChatTemplateError)
    -> JinjaValue
  {
    try nested(line: expression.line) { () throws(ChatTemplateError) in
      try evaluate(expression.kind, in: scope)
    }
  }

  private func evaluate(_ kind: JinjaExpression.Kind, in scope: JinjaScope)
    throws(ChatTemplateError) -> JinjaValue
  {
    switch kind {
    case .literal(let literal): return JinjaValue(literal)
    case .name(let name): return try value(of: name, in: scope)
    case .list(let items): return .list(try JinjaList(evaluate(items, in: scope)))
    case .tuple(let items): return .tuple(try JinjaList(evaluate(items, in: scope)))
    case .dictionary(let pairs):
      var dictionary = JinjaDictionary()
      for (key, value) in pairs {
        try dictionary.set(evaluate(key, in: scope), to: evaluate(value, in: scope))
      }
      return .dictionary(dictionary)
    case .attribute(let owner, let name): return try evaluate(owner, in: scope).attribute(name)
    case .item(let owner, let key):
      return try evaluate(owner, in: scope).item(evaluate(key, in: scope))
    case .slice(let owner, let start, let end, let step):
      return try sliced(evaluate(owner, in: scope), bounds: [start, end, step], in: scope)
    case .call(let callee, let arguments):
      return try call(evaluate(callee, in: scope), evaluate(arguments, in: scope))
    case .filter: return try filtered(nil, by: JinjaExpression(kind, line: 0), in: scope)
    case .test(let operand, let name, let arguments):
      let value = try evaluate(operand, in: scope)
      return .boolean(try test(value, name, evaluate(arguments, in: scope)))
    case .not, .and, .or, .conditional, .comparison: return try evaluateLogic(kind, in: scope)
    case .negative(let operand):
      return try JinjaArithmetic.result(
        of: "-", .integer(0), evaluate(operand, in: scope), isUnary: true)
    case .positive(let operand):
      return try JinjaArithmetic.result(
        of: "+", .integer(0), evaluate(operand, in: scope), isUnary: true)
    case .arithmetic(let left, let sign, let right):
      let (left, right) = (try evaluate(left, in: scope), try evaluate(right, in: scope))
      try charge(JinjaArithmetic.cost(of: sign, left, right))
      return try JinjaArithmetic.result(of: sign, left, right)
    case .concatenation(let items):
      var text = ""
      for item in items { text += try evaluate(item, in: scope).text() }
      try charge(byteCount: text.utf8.count)
      return .string(text)
    }
  }

  private func evaluateLogic(
    _ kind: JinjaExpression.Kind, in scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    switch kind {
    case .not(let operand): return .boolean(try !evaluate(operand, in: scope).isTrue)
    case .and(let left, let right):
      let left = try evaluate(left, in: scope)
      return left.isTrue ? try evaluate(right, in: scope) : left
    case .or(let left, let right):
      let left = try evaluate(left, in: scope)
      return left.isTrue ? left : try evaluate(right, in: scope)
    case .conditional(let value, let condition, let other):
      if try evaluate(condition, in: scope).isTrue { return try evaluate(value, in: scope) }
      guard let other else {
        return .undefined(
          JinjaUndefined(
            message: "the inline if-expression evaluated to false and no else section was defined.")
        )
      }
      return try evaluate(other, in: scope)
    case .comparison(let first, let rest):
      var left = try evaluate(first, in: scope)
      for (sign, operand) in rest {
        let right = try evaluate(operand, in: scope)
        guard try Self.compare(left, sign, right) else { return .boolean(false) }
        left = right
      }
      return .boolean(true)
    default: return .none
    }
  }

  static func compare(
    _ left: JinjaValue, _ sign: String, _ right: JinjaValue
  ) throws(ChatTemplateError) -> Bool {
    switch sign {
    case "==": JinjaValue.areEqual(left, right)
    case "!=": !JinjaValue.areEqual(left, right)
    case "<": try JinjaValue.isLess(left, right)
    case ">": try JinjaValue.isLess(right, left)
    case "<=": try JinjaValue.isLess(left, right) || JinjaValue.areEqual(left, right)
    case ">=": try JinjaValue.isLess(right, left) || JinjaValue.areEqual(left, right)
    case "in": try JinjaValue.contains(right, left)
    default: try !JinjaValue.contains(right, left)
    }
  }

  func evaluate(_ items: [JinjaExpression], in scope: JinjaScope) throws(ChatTemplateError)
    -> [JinjaValue]
  {
    var values: [JinjaValue] = []
    for item in items { values.append(try evaluate(item, in: scope)) }
    return values
  }

  func evaluate(_ arguments: JinjaArguments, in scope: JinjaScope) throws(ChatTemplateError)
    -> JinjaCall
  {
    var call = JinjaCall(positional: try evaluate(arguments.positional, in: scope))
    for (name, value) in arguments.named {
      guard !call.named.contains(where: { $0.name == name }) else {
        throw .failed("keyword argument repeated: \(name)")
      }
      call.named.append((name, try evaluate(value, in: scope)))
    }
    return call
  }

  private func value(of name: String, in scope: JinjaScope) throws(ChatTemplateError) -> JinjaValue
  {
    if let value = scope.value(of: name) { return value }
    switch name {
    case "range", "dict", "namespace", "raise_exception", "strftime_now": return .function(name)
    case "lipsum", "cycler", "joiner", "self", "varargs", "kwargs":
      throw .unsupported("'\(name)' is not supported")
    default: return .undefined(JinjaUndefined(message: "'\(name)' is undefined"))
    }
  }

  private func sliced(
    _ value: JinjaValue, bounds: [JinjaExpression?], in scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    var limits: [Int?] = []
    for bound in bounds {
      guard let bound else {
        limits.append(nil)
        continue
      }
      switch try evaluate(bound, in: scope) {
      case .none: limits.append(nil)
      case .integer(let index): limits.append(index)
      case .boolean(let index): limits.append(index ? 1 : 0)
      default: throw .failed("slice indices must be integers or None")
      }
    }
    return try value.slice(start: limits[0], end: limits[1], step: limits[2])
  }
}

import Foundation

extension JinjaRenderer {
  func call(_ callee: JinjaValue, _ call: JinjaCall) throws(ChatTemplateError) -> JinjaValue {
    switch callee {
    case .undefined(let undefined): throw .failed(undefined.message)
    case .function(let name): return try self.call(function: name, call)
    case .macro(let macro): return .string(try self.call(macro, call))
    case .method(let owner, let name): return try self.call(method: name, of: owner, call)
    case .loop: throw .unsupported("a recursive loop is not supported")
    default: throw .failed("'\(callee.typeName)' object is not callable")
    }
  }

  /// A macro's text for a `call` block, which the macro sees as `caller`.
  func call(
    _ expression: JinjaExpression, body: JinjaMacroSyntax, in scope: JinjaScope
  ) throws(ChatTemplateError) -> String {
    guard case .call(let callee, let arguments) = expression.kind,
      case .macro(let macro) = try evaluate(callee, in: scope)
    else { throw .failed("'call' needs a call of a macro") }
    keep(scope)
    let caller = JinjaValue.macro(JinjaMacro(body, scope: scope))
    return try call(macro, evaluate(arguments, in: scope), caller: caller)
  }

  private func call(
    _ macro: JinjaMacro, _ call: JinjaCall, caller: JinjaValue? = nil
  ) throws(ChatTemplateError) -> String {
    let syntax = macro.syntax
    let values = try call.bound(to: syntax.parameters.map(\.name), of: syntax.name)
    let scope = JinjaScope(inside: macro.scope)
    if let caller { scope.set("caller", to: caller) }
    for (parameter, value) in zip(syntax.parameters, values) {
      if let value {
        scope.set(parameter.name, to: value)
      } else if let other = parameter.value {
        scope.set(parameter.name, to: try evaluate(other, in: scope))
      } else {
        scope.set(
          parameter.name,
          to: .undefined(JinjaUndefined(message: "parameter '\(parameter.name)' was not provided")))
      }
    }
    return try captured(syntax.body, in: scope).text
  }

  private func call(function name: String, _ call: JinjaCall) throws(ChatTemplateError)
    -> JinjaValue
  {
    switch name {
    case "raise_exception":
      let message = try call.bound(to: ["message"], of: name)[0]
      guard let message else { throw .failed("'raise_exception' needs a message") }
      throw ChatTemplateError(.raised(try message.text()))
    case "strftime_now":
      let format = try call.bound(to: ["format"], of: name)[0]
      guard let format else { throw .failed("'strftime_now' needs a format") }
      return .string(try PythonText.time(now, format: format.string(of: "format")))
    case "range": return try range(call)
    case "namespace":
      let fields = try dictionary(call, of: name)
      for case .string(let field) in fields.keys { try Self.checkFieldName(field) }
      return namespace(fields)
    default: return .dictionary(try dictionary(call, of: name))
    }
  }

  private func range(_ call: JinjaCall) throws(ChatTemplateError) -> JinjaValue {
    guard call.named.isEmpty, (1...3).contains(call.positional.count) else {
      throw .failed("'range' takes one to three numbers")
    }
    var bounds: [Int] = []
    for value in call.positional { bounds.append(try value.integer(of: "range")) }
    let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw .failed("the step of 'range' must not be zero") }
    var values: [JinjaValue] = []
    var next = start
    while step > 0 ? next < end : next > end {
      // The bound of Jinja's sandbox.
      guard values.count < 100_000 else { throw .limit("'range' gives more than 100000 numbers") }
      values.append(.integer(next))
      let (sum, overflow) = next.addingReportingOverflow(step)
      if overflow { break }
      next = sum
    }
    try charge(4 * values.count)
    return .sequence(try JinjaSequence(.range, values))
  }

  private func dictionary(_ call: JinjaCall, of name: String) throws(ChatTemplateError)
    -> JinjaDictionary
  {
    var result = JinjaDictionary()
    guard call.positional.count <= 1 else { throw .failed("'\(name)' takes one value at most") }
    switch call.positional.first {
    case .dictionary(let dictionary)?: result = dictionary
    case let pairs?:
      for pair in try pairs.elements() {
        let parts = try pair.elements()
        guard parts.count == 2 else { throw .failed("'\(name)' needs pairs") }
        try result.set(parts[0], to: parts[1])
      }
    case nil: break
    }
    for (name, value) in call.named { try result.set(name, to: value) }
    try charge(4 * result.count)
    return result
  }
}

extension PythonText {
  /// A time as C's `strftime` writes it.
  static func time(_ date: Date, format: String) throws(ChatTemplateError) -> String {
    guard !format.isEmpty else { return "" }
    guard format.utf8.count <= 1000, !format.utf8.contains(0) else {
      throw .limit("a date's format is too long")
    }
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
    var parts = tm()
    localtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 1 << 16)
    let count = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

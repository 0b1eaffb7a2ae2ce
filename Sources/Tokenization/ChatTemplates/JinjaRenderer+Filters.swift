extension JinjaRenderer {
  /// A value after filters; without one, the innermost filter's operand.
  func filtered(
    _ start: JinjaValue?, by expression: JinjaExpression, in scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    guard case .filter(let operand, let name, let arguments) = expression.kind else {
      return try evaluate(expression, in: scope)
    }
    let value: JinjaValue
    switch (operand, start) {
    case (let operand?, let start?): value = try filtered(start, by: operand, in: scope)
    case (let operand?, nil): value = try evaluate(operand, in: scope)
    case (nil, let start): value = start ?? .none
    }
    return try filter(value, name, evaluate(arguments, in: scope))
  }

  /// A value after one filter.
  func filter(_ value: JinjaValue, _ name: String, _ call: JinjaCall) throws(ChatTemplateError)
    -> JinjaValue
  {
    try charge(1)
    if let result = try filterText(value, name, call) { return result }
    if let result = try filterSequence(value, name, call) { return result }
    if let result = try filterNumber(value, name, call) { return result }
    if let result = try filterByName(value, name, call) { return result }
    switch name {
    case "default", "d":
      let arguments = try call.bound(to: ["default_value", "boolean"], of: name)
      let replaces: Bool
      if case .undefined = value {
        replaces = true
      } else {
        replaces = (arguments[1]?.isTrue ?? false) && !value.isTrue
      }
      return replaces ? arguments[0] ?? .string("") : value
    case "tojson": return .string(try json(value, call))
    case "items":
      try call.requireNothing(for: name)
      switch value {
      case .undefined: return .sequence(try JinjaSequence(.generator, []))
      case .dictionary(let dictionary):
        return .sequence(try JinjaSequence(.generator, JinjaFilters.pairs(of: dictionary)))
      default: throw .failed("Can only get item pairs from a mapping.")
      }
    case "dictsort": return try JinjaFilters.dictionarySorted(value, call)
    default: throw .unsupported("there is no filter '\(name)'")
    }
  }

  private func json(_ value: JinjaValue, _ call: JinjaCall) throws(ChatTemplateError) -> String {
    let arguments = try call.bound(
      to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson")
    var indentation: String?
    switch arguments[1] {
    case nil, JinjaValue.none?: break
    case .string(let text)?: indentation = text
    case let width?:
      let width = try width.integer(of: "indent")
      try charge(max(0, width))
      indentation = String(repeating: " ", count: max(0, width))
    }
    guard (indentation ?? "").utf8.count <= 100 else { throw .limit("'indent' is more than 100") }
    var writer = JinjaJSONWriter(indentation: indentation)
    writer.isASCII = arguments[0]?.isTrue ?? false
    writer.sortsKeys = arguments[3]?.isTrue ?? false
    switch arguments[2] {
    case nil, JinjaValue.none?: break
    case let separators?:
      let pair = try separators.elements()
      guard pair.count == 2 else { throw .failed("'separators' needs two texts") }
      writer.itemSeparator = try pair[0].string(of: "separators")
      writer.keySeparator = try pair[1].string(of: "separators")
    }
    try writer.write(value)
    try charge(byteCount: writer.text.utf8.count)
    return writer.text
  }

  // Filters that apply other filters and tests.
  private func filterByName(
    _ value: JinjaValue, _ name: String, _ call: JinjaCall
  ) throws(ChatTemplateError) -> JinjaValue? {
    switch name {
    case "map":
      var results: [JinjaValue] = []
      if call.positional.isEmpty,
        let attribute = call.named.first(where: { $0.name == "attribute" })
      {
        let other = call.named.first { $0.name == "default" }?.value
        for element in try value.elements() {
          results.append(try JinjaFilters.attribute(attribute.value, of: element, default: other))
        }
      } else {
        var rest = call
        guard !call.positional.isEmpty else { throw .failed("map requires a filter argument") }
        let filter = try rest.positional.removeFirst().string(of: "map")
        for element in try value.elements() {
          results.append(try self.filter(element, filter, rest))
        }
      }
      try charge(4 * results.count)
      return .sequence(try JinjaSequence(.generator, results))
    case "select", "reject", "selectattr", "rejectattr":
      var rest = call
      var attribute: JinjaValue?
      if name.hasSuffix("attr") {
        guard !rest.positional.isEmpty else {
          throw .failed("missing parameter for attribute name")
        }
        attribute = rest.positional.removeFirst()
      }
      let test = rest.positional.isEmpty ? nil : try rest.positional.removeFirst().string(of: name)
      var results: [JinjaValue] = []
      for element in try value.elements() {
        let operand =
          try attribute.map { a throws(ChatTemplateError) in
            try JinjaFilters.attribute(a, of: element)
          } ?? element
        let holds =
          try test.map { t throws(ChatTemplateError) in try self.test(operand, t, rest) }
          ?? operand.isTrue
        if holds == name.hasPrefix("select") { results.append(element) }
      }
      try charge(4 * results.count)
      return .sequence(try JinjaSequence(.generator, results))
    default: return nil
    }
  }

  /// Whether a test holds.
  func test(_ value: JinjaValue, _ name: String, _ call: JinjaCall) throws(ChatTemplateError)
    -> Bool
  {
    try charge(1)
    if let sign = JinjaTests.comparisons[name] {
      guard let other = try call.bound(to: ["other"], of: name)[0] else {
        throw .failed("the test '\(name)' needs a value")
      }
      return try Self.compare(value, sign, other)
    }
    return try JinjaTests.holds(name, value, call)
  }
}

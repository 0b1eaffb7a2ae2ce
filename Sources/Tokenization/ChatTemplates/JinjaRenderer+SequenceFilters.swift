extension JinjaRenderer {
  /// Filters of lists; nil for others.
  func filterSequence(
    _ value: JinjaValue, _ name: String, _ call: JinjaCall
  ) throws(ChatTemplateError) -> JinjaValue? {
    switch name {
    case "length", "count":
      try call.requireNothing(for: name)
      return .integer(try count(of: value))
    case "first", "last":
      try call.requireNothing(for: name)
      if name == "last", case .sequence(let sequence) = value, sequence.kind == .generator {
        throw .failed("'generator' object is not reversible")
      }
      let elements = try elements(of: value)
      return (name == "first" ? elements.first : elements.last)
        ?? .undefined(JinjaUndefined(message: "No \(name) item, sequence was empty."))
    case "list":
      try call.requireNothing(for: name)
      return .list(try JinjaList(elements(of: value)))
    case "reverse":
      try call.requireNothing(for: name)
      if case .string(let text) = value {
        return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
      }
      return .sequence(try JinjaSequence(.generator, elements(of: value).reversed()))
    case "sort":
      let arguments = try call.bound(to: ["reverse", "case_sensitive", "attribute"], of: name)
      let key = Self.key(arguments[2], isCaseSensitive: arguments[1]?.isTrue ?? false)
      let elements = try elements(of: value)
      try charge(32 * elements.count)
      return .list(
        try JinjaList(
          JinjaFilters.sorted(elements, isReverse: arguments[0]?.isTrue ?? false, by: key)))
    case "unique":
      let arguments = try call.bound(to: ["case_sensitive", "attribute"], of: name)
      return try unique(
        value, by: Self.key(arguments[1], isCaseSensitive: arguments[0]?.isTrue ?? false))
    case "min", "max":
      let arguments = try call.bound(to: ["case_sensitive", "attribute"], of: name)
      let key = Self.key(arguments[1], isCaseSensitive: arguments[0]?.isTrue ?? false)
      return try extreme(value, isMinimum: name == "min", by: key)
    case "sum":
      let arguments = try call.bound(to: ["attribute", "start"], of: name)
      var total = arguments[1] ?? .integer(0)
      for element in try elements(of: value) {
        var part = element
        if let attribute = arguments[0], attribute.isTrue {
          part = try JinjaFilters.attribute(attribute, of: element)
        }
        try charge(JinjaArithmetic.cost(of: "+", total, part))
        if case .string = total { throw .failed("sum() can't sum strings") }
        total = try JinjaArithmetic.result(of: "+", total, part)
      }
      return total
    default: return nil
    }
  }

  private func elements(of value: JinjaValue) throws(ChatTemplateError) -> [JinjaValue] {
    let elements = try value.elements()
    try charge(4 * elements.count)
    return elements
  }

  private func count(of value: JinjaValue) throws(ChatTemplateError) -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text):
      try charge(byteCount: text.utf8.count)
      return text.unicodeScalars.count
    case .list(let list), .tuple(let list): return list.elements.count
    case .dictionary(let dictionary): return dictionary.count
    case .sequence(let sequence) where sequence.kind != .generator: return sequence.elements.count
    default: throw .failed("object of type '\(value.typeName)' has no len()")
    }
  }

  // What elements are compared by: an attribute, or several with commas.
  private static func key(
    _ attribute: JinjaValue?, isCaseSensitive: Bool
  ) -> (JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    { element throws(ChatTemplateError) in
      let adjust = { (value: JinjaValue) in isCaseSensitive ? value : JinjaFilters.caseless(value) }
      switch attribute {
      case nil, JinjaValue.none?: return adjust(element)
      case .string(let names)? where names.utf8.contains(UInt8(ascii: ",")):
        var keys: [JinjaValue] = []
        for name in PythonText.split(names, at: ",", most: nil) {
          keys.append(adjust(try JinjaFilters.attribute(.string(name), of: element)))
        }
        return .list(try JinjaList(keys))
      case let attribute?: return adjust(try JinjaFilters.attribute(attribute, of: element))
      }
    }
  }

  private func unique(
    _ value: JinjaValue, by key: (JinjaValue) throws(ChatTemplateError) -> JinjaValue
  ) throws(ChatTemplateError) -> JinjaValue {
    var seen: Set<JinjaKey> = []
    var result: [JinjaValue] = []
    for element in try elements(of: value) {
      let key = try key(element)
      guard let hashed = JinjaKey(key) else { throw .failed("unhashable type: '\(key.typeName)'") }
      if seen.insert(hashed).inserted { result.append(element) }
    }
    return .sequence(try JinjaSequence(.generator, result))
  }

  private func extreme(
    _ value: JinjaValue, isMinimum: Bool,
    by key: (JinjaValue) throws(ChatTemplateError) -> JinjaValue
  ) throws(ChatTemplateError) -> JinjaValue {
    var best: (key: JinjaValue, value: JinjaValue)?
    for element in try elements(of: value) {
      let candidate = try key(element)
      if let current = best {
        let isBetter =
          isMinimum
          ? try JinjaValue.isLess(candidate, current.key)
          : try JinjaValue.isLess(current.key, candidate)
        if isBetter { best = (candidate, element) }
      } else {
        best = (candidate, element)
      }
    }
    return best?.value
      ?? .undefined(JinjaUndefined(message: "No aggregated item, sequence was empty."))
  }
}

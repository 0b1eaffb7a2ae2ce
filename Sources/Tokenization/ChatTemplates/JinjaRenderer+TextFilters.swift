extension JinjaRenderer {
  /// Filters that give text; nil for others.
  func filterText(
    _ value: JinjaValue, _ name: String, _ call: JinjaCall
  ) throws(ChatTemplateError) -> JinjaValue? {
    switch name {
    case "trim":
      let arguments = try call.bound(to: ["chars"], of: name)
      var set: String?
      if let given = arguments[0] {
        if case .none = given {} else { set = try given.string(of: "chars") }
      }
      return .string(PythonText.stripped(try charged(value), of: set))
    case "upper", "lower", "capitalize":
      try call.requireNothing(for: name)
      let text = try charged(value)
      return .string(
        name == "upper"
          ? text.uppercased() : name == "lower" ? text.lowercased() : PythonText.capitalized(text))
    case "title":
      try call.requireNothing(for: name)
      return .string(Self.titled(try charged(value)))
    case "string", "safe":
      try call.requireNothing(for: name)
      return .string(try charged(value))
    case "replace":
      let arguments = try call.bound(to: ["old", "new", "count"], of: name)
      guard let old = try arguments[0]?.text(), let new = try arguments[1]?.text() else {
        throw .failed("'replace' needs two texts")
      }
      var most: Int?
      if let count = arguments[2] {
        if case .none = count {} else { most = try count.integer(of: "count") }
      }
      return .string(
        try JinjaStringMethods.replaced(
          charged(value), old, by: new, most: most,
          charge: { n throws(ChatTemplateError) in
            try self.charge(byteCount: n)
          }))
    case "join": return .string(try joined(value, call))
    case "indent": return .string(try indented(value, call))
    default: return nil
    }
  }

  // The text of a value, which counts as work.
  private func charged(_ value: JinjaValue) throws(ChatTemplateError) -> String {
    let text = try value.text()
    try charge(byteCount: text.utf8.count)
    return text
  }

  // Words start after white space, hyphens and opening brackets: not what `str.title` does.
  private static func titled(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for scalar in text.unicodeScalars {
      let isBreak = PythonText.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
      result += startsWord ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      startsWord = isBreak
    }
    return result
  }

  private func joined(_ value: JinjaValue, _ call: JinjaCall) throws(ChatTemplateError) -> String {
    let arguments = try call.bound(to: ["d", "attribute"], of: "join")
    let separator = try arguments[0]?.text() ?? ""
    var texts: [String] = []
    for element in try value.elements() {
      let part =
        try arguments[1].map { a throws(ChatTemplateError) in
          try JinjaFilters.attribute(a, of: element)
        } ?? element
      let text = try part.text()
      try charge(byteCount: 8 + text.utf8.count + separator.utf8.count)
      texts.append(text)
    }
    return texts.joined(separator: separator)
  }

  private func indented(_ value: JinjaValue, _ call: JinjaCall) throws(ChatTemplateError) -> String
  {
    let arguments = try call.bound(to: ["width", "first", "blank"], of: "indent")
    var indentation = "    "
    switch arguments[0] {
    case nil: break
    case .string(let text)?: indentation = text
    case let width?:
      let width = try width.integer(of: "width")
      try charge(max(0, width))
      indentation = String(repeating: " ", count: max(0, width))
    }
    guard case .string(let text) = value else { throw .failed("'indent' needs text") }
    let lines = PythonText.split(text, at: "\n", most: nil)
    let (size, overflow) = lines.count.multipliedReportingOverflow(by: indentation.utf8.count)
    try charge(byteCount: overflow ? .max : size)
    let first = arguments[1]?.isTrue ?? false
    let blank = arguments[2]?.isTrue ?? false
    return lines.enumerated().map { index, line in
      let isIndented = index == 0 ? first : blank || !line.utf8.isEmpty
      return isIndented ? indentation + line : line
    }.joined(separator: "\n")
  }
}

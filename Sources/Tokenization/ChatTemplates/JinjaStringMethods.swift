/// The methods of text.
enum JinjaStringMethods {
  static func call(
    _ name: String, of text: String, _ call: JinjaCall,
    charge: (Int) throws(ChatTemplateError) -> Void
  ) throws(ChatTemplateError) -> JinjaValue {
    switch name {
    case "strip", "lstrip", "rstrip":
      let side: PythonText.Side = name == "strip" ? .both : name == "lstrip" ? .left : .right
      let set = try optionalText(call, of: name)
      return .string(PythonText.stripped(text, of: set, side))
    case "split", "rsplit": return try split(text, fromRight: name == "rsplit", call)
    case "splitlines":
      try call.requireNothing(for: name)
      return .list(try JinjaList(lines(of: text).map { .string($0) }))
    case "startswith", "endswith":
      guard let part = try call.bound(to: ["part"], of: name)[0] else {
        throw .failed("'\(name)' needs text")
      }
      let parts: [JinjaValue] = if case .tuple(let list) = part { list.elements } else { [part] }
      for part in parts {
        let part = Array(try part.string(of: name).utf8)
        let isFound =
          name == "startswith"
          ? text.utf8.starts(with: part) : text.utf8.reversed().starts(with: part.reversed())
        if isFound { return .boolean(true) }
      }
      return .boolean(false)
    case "replace":
      let arguments = try call.bound(to: ["old", "new", "count"], of: name)
      guard let old = try arguments[0]?.string(of: "old"),
        let new = try arguments[1]?.string(of: "new")
      else {
        throw .failed("'replace' needs two texts")
      }
      let count = try arguments[2]?.integer(of: "count")
      return .string(try replaced(text, old, by: new, most: count, charge: charge))
    case "join":
      guard let items = try call.bound(to: ["items"], of: name)[0] else {
        throw .failed("'join' needs items")
      }
      var texts: [String] = []
      for item in try items.elements() { texts.append(try item.string(of: "join")) }
      try charge(texts.reduce(texts.count * text.utf8.count) { $0 + $1.utf8.count })
      return .string(texts.joined(separator: text))
    case "find", "rfind", "index", "count", "removeprefix", "removesuffix", "partition",
      "rpartition":
      guard let part = try call.bound(to: ["part"], of: name)[0] else {
        throw .failed("'\(name)' needs text")
      }
      return try search(name, text, part.string(of: name))
    case "zfill":
      guard let width = try call.bound(to: ["width"], of: name)[0]?.integer(of: "width") else {
        throw .failed("'zfill' needs a width")
      }
      try charge(max(0, width))
      let zeros = String(repeating: "0", count: max(0, width - text.unicodeScalars.count))
      guard let sign = text.unicodeScalars.first, sign == "-" || sign == "+" else {
        return .string(zeros + text)
      }
      return .string(String(sign) + zeros + String(text.unicodeScalars.dropFirst()))
    default:
      try call.requireNothing(for: name)
      return plain(name, text)
    }
  }

  private static func plain(_ name: String, _ text: String) -> JinjaValue {
    let properties = text.unicodeScalars.lazy.map(\.properties)
    let isEmpty = text.utf8.isEmpty
    switch name {
    case "upper": return .string(text.uppercased())
    case "lower": return .string(text.lowercased())
    case "title": return .string(PythonText.titled(text))
    case "capitalize": return .string(PythonText.capitalized(text))
    case "isspace": return .boolean(!isEmpty && text.unicodeScalars.allSatisfy(PythonText.isSpace))
    case "isdigit": return .boolean(!isEmpty && properties.allSatisfy { isDigit($0) })
    case "isalpha": return .boolean(!isEmpty && properties.allSatisfy { isLetter($0) })
    case "isalnum":
      return .boolean(!isEmpty && properties.allSatisfy { isLetter($0) || $0.numericType != nil })
    case "isupper":
      return .boolean(
        properties.contains { $0.isUppercase } && !properties.contains { isLowerOrTitle($0) })
    default:
      return .boolean(
        properties.contains { $0.isLowercase }
          && !properties.contains { $0.isUppercase || $0.generalCategory == .titlecaseLetter })
    }
  }

  private static func isLowerOrTitle(_ properties: Unicode.Scalar.Properties) -> Bool {
    properties.isLowercase || properties.generalCategory == .titlecaseLetter
  }

  private static func isDigit(_ properties: Unicode.Scalar.Properties) -> Bool {
    properties.numericType == .decimal || properties.numericType == .digit
  }

  private static func isLetter(_ properties: Unicode.Scalar.Properties) -> Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  private static func optionalText(_ call: JinjaCall, of name: String) throws(ChatTemplateError)
    -> String?
  {
    switch try call.bound(to: ["characters"], of: name)[0] {
    case nil, JinjaValue.none?: nil
    case let value?: try value.string(of: name)
    }
  }

  /// Text with a part replaced, unless that takes too much.
  static func replaced(
    _ text: String, _ old: String, by new: String, most: Int?,
    charge: (Int) throws(ChatTemplateError) -> Void
  ) throws(ChatTemplateError) -> String {
    let most = most.flatMap { $0 < 0 ? nil : $0 }
    let places =
      old.utf8.isEmpty
      ? text.unicodeScalars.count + 1 : PythonText.split(text, at: old, most: most).count - 1
    let (size, overflow) = min(places, most ?? .max).multipliedReportingOverflow(by: new.utf8.count)
    try charge(overflow ? .max : size)
    return PythonText.replaced(text, old, by: new, most: most)
  }

  private static func lines(of text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    var isOpen = false
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      if scalar == "\n", previous == "\r" { continue }
      switch scalar.value {
      case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        lines.append(String(line))
        line = String.UnicodeScalarView()
        isOpen = false
      default:
        line.append(scalar)
        isOpen = true
      }
    }
    if isOpen { lines.append(String(line)) }
    return lines
  }
}

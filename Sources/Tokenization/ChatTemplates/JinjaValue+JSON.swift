extension JinjaValue {
  /// A value read from JSON.
  init(_ json: JSON) throws(ChatTemplateError) {
    switch json {
    case .null: self = .none
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .float(value)
    case .string(let value): self = .string(value)
    case .array(let values):
      var elements: [JinjaValue] = []
      for value in values { elements.append(try JinjaValue(value)) }
      self = .list(try JinjaList(elements))
    case .object(let members):
      var dictionary = JinjaDictionary()
      for member in members { try dictionary.set(member.key, to: JinjaValue(member.value)) }
      self = .dictionary(dictionary)
    }
  }
}

/// Writes JSON as Python's `json.dumps` does, which the filter `tojson` is in transformers.
struct JinjaJSONWriter {
  /// What one level is indented by; nil for one line.
  var indentation: String?
  var itemSeparator: String
  var keySeparator = ": "
  var isASCII = false
  var sortsKeys = false
  private(set) var text = ""

  init(indentation: String? = nil) {
    self.indentation = indentation
    itemSeparator = indentation == nil ? ", " : ","
  }

  mutating func write(_ value: JinjaValue, level: Int = 0) throws(ChatTemplateError) {
    switch value {
    case .none: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .float(let value): text += Self.text(of: value)
    case .string(let value): write(value)
    case .list(let list), .tuple(let list):
      guard !list.elements.isEmpty else {
        text += "[]"
        return
      }
      text += "["
      for (index, element) in list.elements.enumerated() {
        separate(index, level: level + 1)
        try write(element, level: level + 1)
      }
      close("]", level: level)
    case .dictionary(let dictionary): try write(dictionary, level: level)
    default: throw .failed("Object of type \(value.typeName) is not JSON serializable")
    }
  }

  private mutating func write(_ dictionary: JinjaDictionary, level: Int) throws(ChatTemplateError) {
    guard !dictionary.isEmpty else {
      text += "{}"
      return
    }
    text += "{"
    var places = Array(dictionary.keys.indices)
    if sortsKeys { places = try JinjaFilters.sorted(places) { dictionary.keys[$0] } }
    for (index, place) in places.enumerated() {
      separate(index, level: level + 1)
      write(try Self.name(of: dictionary.keys[place]))
      text += keySeparator
      try write(dictionary.values[place], level: level + 1)
    }
    close("}", level: level)
  }

  private mutating func separate(_ index: Int, level: Int) {
    if index > 0 { text += itemSeparator }
    breakLine(level: level)
  }

  private mutating func close(_ bracket: String, level: Int) {
    breakLine(level: level)
    text += bracket
  }

  private mutating func breakLine(level: Int) {
    guard let indentation else { return }
    text += "\n" + String(repeating: indentation, count: level)
  }

  private static func name(of key: JinjaValue) throws(ChatTemplateError) -> String {
    switch key {
    case .string(let name): return name
    case .integer(let value): return String(value)
    case .float(let value): return text(of: value)
    case .boolean(let value): return value ? "true" : "false"
    case .none: return "null"
    default:
      throw .failed("keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private static func text(of number: Double) -> String {
    number.isNaN
      ? "NaN"
      : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : PythonText.text(of: number)
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\u{0}"..<" ": appendEscape(of: scalar)
      case "\u{7F}"... where isASCII: appendEscape(of: scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  private mutating func appendEscape(of scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}

extension JinjaValue {
  /// What Python's `str` gives, which is what a template writes.
  func text() throws(ChatTemplateError) -> String {
    switch self {
    case .undefined: return ""
    case .string(let text): return text
    default:
      var result = ""
      try write(to: &result)
      return result
    }
  }

  /// Appends what Python's `repr` gives.
  func write(to text: inout String) throws(ChatTemplateError) {
    switch self {
    case .undefined: text += "Undefined"
    case .none: text += "None"
    case .boolean(let value): text += value ? "True" : "False"
    case .integer(let value): text += String(value)
    case .float(let value): text += PythonText.text(of: value)
    case .string(let value): Self.write(value, to: &text)
    case .list(let list): try Self.write(list.elements, "[", "]", to: &text)
    case .tuple(let list):
      try Self.write(list.elements, "(", list.elements.count == 1 ? ",)" : ")", to: &text)
    case .dictionary(let dictionary):
      text += "{"
      for (index, key) in dictionary.keys.enumerated() {
        if index > 0 { text += ", " }
        try key.write(to: &text)
        text += ": "
        try dictionary.values[index].write(to: &text)
      }
      text += "}"
    case .sequence(let sequence):
      switch sequence.kind {
      case .items, .keys, .values:
        try Self.write(sequence.elements, sequence.kind.rawValue + "([", "])", to: &text)
      case .range, .generator:
        throw .unsupported("a \(typeName) cannot be written; use the filter 'list'")
      }
    case .namespace, .macro, .function, .method, .loop:
      throw .unsupported("a value of type '\(typeName)' cannot be written")
    }
  }

  private static func write(
    _ elements: [JinjaValue], _ open: String, _ close: String, to text: inout String
  ) throws(ChatTemplateError) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += ", " }
      try element.write(to: &text)
    }
    text += close
  }

  private static func write(_ string: String, to text: inout String) {
    let scalars = string.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    text.unicodeScalars.append(quote)
    for scalar in scalars {
      switch scalar {
      case "\\", quote:
        text += "\\"
        text.unicodeScalars.append(scalar)
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case " ": text += " "
      default:
        if isPrintable(scalar) {
          text.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16)
          let (letter, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
          text += "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
        }
      }
    }
    text.unicodeScalars.append(quote)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator,
      .spaceSeparator:
      false
    default: true
    }
  }
}

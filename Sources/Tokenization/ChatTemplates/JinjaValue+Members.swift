/// Attributes and items: what a template may see of a value, which is no more than is listed here.
extension JinjaValue {
  private static let stringMethods: Set<String> = [
    "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith", "endswith", "upper",
    "lower", "title",
    "capitalize", "replace", "join", "find", "rfind", "index", "count", "isdigit", "isalpha",
    "isalnum", "isspace",
    "isupper", "islower", "removeprefix", "removesuffix", "partition", "rpartition", "zfill",
  ]
  private static let otherStringMethods: Set<String> = [
    "casefold", "center", "encode", "expandtabs", "format", "format_map", "isascii", "isdecimal",
    "isidentifier",
    "isnumeric", "isprintable", "istitle", "ljust", "maketrans", "rindex", "rjust", "swapcase",
    "translate",
  ]
  private static let dictionaryMethods: Set<String> = ["items", "keys", "values", "get", "copy"]
  private static let dictionaryChanges: Set<String> = [
    "clear", "pop", "popitem", "setdefault", "update",
  ]
  private static let listMethods: Set<String> = ["index", "count", "copy"]
  private static let listChanges: Set<String> = [
    "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove",
  ]

  /// `value.name`.
  func attribute(_ name: String) throws(ChatTemplateError) -> JinjaValue {
    if let member = try member(name) { return member }
    switch self {
    case .undefined(let undefined): throw .failed(undefined.message)
    case .dictionary(let dictionary):
      if let value = dictionary.value(named: name) { return value }
    case .namespace(let namespace):
      if let value = namespace.fields.value(named: name) { return value }
    case .loop(let loop): return try loop.attribute(name)
    default: break
    }
    return missing(name)
  }

  /// `value[key]`.
  func item(_ key: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    switch (self, key) {
    case (.undefined(let undefined), _): throw .failed(undefined.message)
    case (.dictionary(let dictionary), _):
      if let value = dictionary.value(of: key) { return value }
    case (.namespace(let namespace), _):
      if let value = namespace.fields.value(of: key) { return value }
    case (.list(let list), .integer), (.tuple(let list), .integer), (.list(let list), .boolean),
      (.tuple(let list), .boolean):
      if let place = Self.place(key, count: list.elements.count) { return list.elements[place] }
    case (.sequence(let sequence), .integer) where sequence.kind == .range:
      if let place = Self.place(key, count: sequence.elements.count) {
        return sequence.elements[place]
      }
    case (.string(let text), .integer), (.string(let text), .boolean):
      let scalars = text.unicodeScalars
      if let place = Self.place(key, count: scalars.count) {
        return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: place)]))
      }
    default: break
    }
    guard case .string(let name) = key else {
      let shown = if case .integer(let place) = key { " \(place)" } else { " of that key" }
      return .undefined(JinjaUndefined(message: "\(objectName) has no element\(shown)"))
    }
    return try member(name) ?? missing(name)
  }

  private static func place(_ key: JinjaValue, count: Int) -> Int? {
    guard case .integer(let index) = key.number else { return nil }
    let place = index < 0 ? count.addingReportingOverflow(index).partialValue : index
    return (0..<count).contains(place) ? place : nil
  }

  // A method.
  private func member(_ name: String) throws(ChatTemplateError) -> JinjaValue? {
    let changes: Set<String>
    switch self {
    case .string:
      if Self.stringMethods.contains(name) { return .method(of: self, name) }
      if Self.otherStringMethods.contains(name) {
        throw .unsupported("the method '\(name)' of text is not supported")
      }
      return nil
    case .dictionary:
      if Self.dictionaryMethods.contains(name) { return .method(of: self, name) }
      if name == "fromkeys" { throw .unsupported("the method 'fromkeys' is not supported") }
      changes = Self.dictionaryChanges
    case .list:
      if Self.listMethods.contains(name) { return .method(of: self, name) }
      changes = Self.listChanges
    case .tuple:
      return name == "index" || name == "count" ? .method(of: self, name) : nil
    case .loop:
      return name == "cycle" || name == "changed" ? .method(of: self, name) : nil
    default: return nil
    }
    guard changes.contains(name) else { return nil }
    return .undefined(
      JinjaUndefined(message: "access to attribute '\(name)' of '\(typeName)' object is unsafe."))
  }

  private func missing(_ name: String) -> JinjaValue {
    .undefined(JinjaUndefined(message: "'\(objectName)' has no attribute '\(name)'"))
  }

  private var objectName: String {
    switch self {
    case .none: "None"
    default: "\(typeName) object"
    }
  }
}

extension JinjaLoop {
  fileprivate func attribute(_ name: String) throws(ChatTemplateError) -> JinjaValue {
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(elements.count - index)
    case "revindex0": return .integer(elements.count - index - 1)
    case "first": return .boolean(index == 0)
    case "last": return .boolean(index == elements.count - 1)
    case "length": return .integer(elements.count)
    // Only recursive loops are deeper, which there are none of.
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "previtem":
      return index > 0
        ? elements[index - 1] : .undefined(JinjaUndefined(message: "there is no previous item"))
    case "nextitem":
      return index + 1 < elements.count
        ? elements[index + 1] : .undefined(JinjaUndefined(message: "there is no next item"))
    default: throw .unsupported("'loop.\(name)' is not supported")
    }
  }
}

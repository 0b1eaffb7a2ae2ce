/// The fields of a JSON object, read with errors that name the file and the field.
struct JSONFields {
  let file: String
  /// The path of the object; empty for the file as a whole.
  let path: String
  private var values: [ExactText: JSON] = [:]
  private var order: [String] = []

  /// Opens an object.
  ///
  /// - Throws: When the value is not an object or names a field twice.
  init(_ value: JSON, file: String, path: String) throws(TokenizerError) {
    self.file = file
    self.path = path
    guard case .object(let members) = value else {
      throw TokenizerError(
        file: file, field: path, problem: .wrongType(expected: "an object", found: value.kind))
    }
    for member in members {
      guard values.updateValue(member.value, forKey: ExactText(member.key)) == nil else {
        throw error(member.key, .duplicateField)
      }
      order.append(member.key)
    }
  }

  /// An error about a field.
  func error(_ name: String, _ problem: TokenizerError.Problem) -> TokenizerError {
    TokenizerError(file: file, field: fieldPath(name), problem: problem)
  }

  func fieldPath(_ name: String) -> String {
    // A field may be named by the empty text; a path must not be.
    let name = name.isEmpty ? "\"\"" : name
    return path.isEmpty ? name : "\(path).\(name)"
  }

  /// The value of a field; nil when it is absent.
  func optional(_ name: String) -> JSON? {
    values[ExactText(name)]
  }

  func value(_ name: String) throws(TokenizerError) -> JSON {
    guard let value = optional(name) else { throw error(name, .missing) }
    return value
  }

  func object(_ name: String) throws(TokenizerError) -> JSONFields {
    try JSONFields(value(name), file: file, path: fieldPath(name))
  }

  func string(_ name: String) throws(TokenizerError) -> String {
    let value = try value(name)
    guard case .string(let string) = value else { throw wrongType(name, "a string", value) }
    return string
  }

  func boolean(_ name: String, absent: Bool? = nil) throws(TokenizerError) -> Bool {
    if let absent, optional(name) == nil { return absent }
    let value = try value(name)
    guard case .boolean(let boolean) = value else { throw wrongType(name, "true or false", value) }
    return boolean
  }

  func integer(_ name: String) throws(TokenizerError) -> Int {
    let value = try value(name)
    guard case .integer(let integer) = value else { throw wrongType(name, "an integer", value) }
    return integer
  }

  func array(_ name: String) throws(TokenizerError) -> [JSON] {
    let value = try value(name)
    guard case .array(let values) = value else { throw wrongType(name, "an array", value) }
    return values
  }

  func members(_ name: String) throws(TokenizerError) -> [JSON.Member] {
    let value = try value(name)
    guard case .object(let members) = value else { throw wrongType(name, "an object", value) }
    return members
  }

  /// Refuses a field that is present and says something else than the supported values.
  func require(
    _ name: String, _ supported: String, where isSupported: (JSON) -> Bool
  ) throws(TokenizerError) {
    guard let value = optional(name), !isSupported(value) else { return }
    throw error(name, .unsupported(found: value.formatted(), supported: supported))
  }

  func requireNull(_ name: String) throws(TokenizerError) {
    try require(name, "null") { if case .null = $0 { true } else { false } }
  }

  func requireFalse(_ name: String) throws(TokenizerError) {
    try require(name, "false") { if case .boolean(false) = $0 { true } else { false } }
  }

  /// Refuses fields that nobody reads: they may mean something.
  func requireNothing(except known: [String]) throws(TokenizerError) {
    for name in order where !known.contains(name) {
      throw error(
        name, .unsupported(found: "this field", supported: known.joined(separator: ", ")))
    }
  }

  private func wrongType(_ name: String, _ expected: String, _ found: JSON) -> TokenizerError {
    error(name, .wrongType(expected: expected, found: found.kind))
  }
}

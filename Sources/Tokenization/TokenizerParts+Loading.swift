extension ByteLevelSettings {
  fileprivate init(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: ["type", "add_prefix_space", "trim_offsets", "use_regex"])
    addsPrefixSpace = try fields.boolean("add_prefix_space")
    trimsOffsets = try fields.boolean("trim_offsets")
    splits = try fields.boolean("use_regex", absent: true)
  }
}

/// Opens the object of a part and refuses kinds that are not supported.
private func part(
  _ name: String, of fields: JSONFields, supported: [String]
) throws(TokenizerError) -> (kind: String, fields: JSONFields) {
  if case .null = try fields.value(name) {
    throw fields.error(
      name, .unsupported(found: "null", supported: supported.joined(separator: ", ")))
  }
  let part = try fields.object(name)
  let kind = try part.string("type")
  guard supported.contains(kind) else {
    throw part.error(
      "type", .unsupported(found: kind, supported: supported.joined(separator: ", ")))
  }
  return (kind, part)
}

extension PreTokenizer {
  init(_ fields: JSONFields) throws(TokenizerError) {
    if try fields.isNull("pre_tokenizer") {
      self = .whole
      return
    }
    let part = try part(
      "pre_tokenizer", of: fields, supported: ["ByteLevel", "Metaspace", "Sequence"])
    if part.kind == "ByteLevel" {
      self = .byteLevel(try ByteLevelSettings(part.fields))
      return
    }
    if part.kind == "Metaspace" {
      self = .metaspace(try Metaspace(part.fields))
      return
    }
    try part.fields.requireNothing(except: ["type", "pretokenizers"])
    let found = try part.fields.steps("pretokenizers", kinds: ["Split", "ByteLevel"])
    let settings = try ByteLevelSettings(found[1])
    guard !settings.splits, !settings.addsPrefixSpace else {
      throw found[1].error(
        settings.splits ? "use_regex" : "add_prefix_space",
        .unsupported(found: "true", supported: "false after a Split"))
    }
    self = .splitThenByteLevel(try SplitPattern(found[0]), settings)
  }
}

extension SplitPattern {
  fileprivate init(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: ["type", "pattern", "behavior", "invert"])
    let behavior = try fields.string("behavior")
    guard behavior == "Isolated" else {
      throw fields.error("behavior", .unsupported(found: behavior, supported: "Isolated"))
    }
    try fields.requireFalse("invert")
    let pattern = try fields.object("pattern")
    try pattern.requireNothing(except: ["Regex"])
    let expression = try pattern.string("Regex")
    guard let known = SplitPattern.all.first(where: { $0.expression == expression }) else {
      throw pattern.error(
        "Regex",
        .unsupported(found: expression, supported: "the patterns of GPT-2, Llama 3 and Qwen2"))
    }
    self = known
  }
}

extension Normalizer {
  init(_ fields: JSONFields) throws(TokenizerError) {
    if try fields.isNull("normalizer") {
      self = .none
      return
    }
    let part = try part("normalizer", of: fields, supported: ["NFC", "Replace", "Sequence"])
    switch part.kind {
    case "NFC":
      try part.fields.requireNothing(except: ["type"])
      self = .nfc
    case "Replace":
      try requireSpaces(part.fields, from: " ", to: Metaspace.text)
      self = .spaces(prepends: false)
    default:
      try part.fields.requireNothing(except: ["type", "normalizers"])
      let steps = try part.fields.steps("normalizers", kinds: ["Prepend", "Replace"])
      try steps[0].requireNothing(except: ["type", "prepend"])
      try steps[0].require("prepend", "\"▁\"") {
        if case .string(Metaspace.text) = $0 { true } else { false }
      }
      try requireSpaces(steps[1], from: " ", to: Metaspace.text)
      self = .spaces(prepends: true)
    }
  }
}

/// Refuses a replacement of anything else.
private func requireSpaces(
  _ fields: JSONFields, from old: String, to new: String
) throws(TokenizerError) {
  try fields.requireNothing(except: ["type", "pattern", "content"])
  let pattern = try fields.object("pattern")
  try pattern.requireNothing(except: ["String"])
  for (fields, name, expected) in [(pattern, "String", old), (fields, "content", new)] {
    let found = try fields.string(name)
    guard found == expected else {
      throw fields.error(name, .unsupported(found: "“\(found)”", supported: "“\(expected)”"))
    }
  }
}

extension JSONFields {
  /// Whether a field is absent or null.
  fileprivate func isNull(_ name: String) throws(TokenizerError) -> Bool {
    guard let value = optional(name) else { return true }
    if case .null = value { return true }
    return false
  }

  /// The objects of an array, which must be of these kinds in this order.
  fileprivate func steps(_ name: String, kinds: [String]) throws(TokenizerError) -> [JSONFields] {
    let values = try array(name)
    guard values.count == kinds.count else {
      throw error(
        name,
        .unsupported(found: "\(values.count) steps", supported: kinds.joined(separator: ", ")))
    }
    var found: [JSONFields] = []
    for (index, value) in values.enumerated() {
      let step = try JSONFields(value, file: file, path: "\(path).\(name)[\(index)]")
      let kind = try step.string("type")
      guard kind == kinds[index] else {
        throw step.error("type", .unsupported(found: kind, supported: kinds[index]))
      }
      found.append(step)
    }
    return found
  }
}

extension Metaspace {
  fileprivate init(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: [
      "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep",
    ])
    let replacement = try fields.string("replacement")
    guard replacement == Self.text else {
      throw fields.error("replacement", .unsupported(found: replacement, supported: Self.text))
    }
    // Older files say `add_prefix_space`.
    let adds = try fields.boolean("add_prefix_space", absent: true)
    var prefix = adds ? Prefix.always : .never
    if fields.optional("prepend_scheme") != nil {
      let scheme = try fields.string("prepend_scheme")
      guard let known = Prefix(rawValue: scheme) else {
        throw fields.error(
          "prepend_scheme", .unsupported(found: scheme, supported: "always, first, never"))
      }
      prefix = known
    }
    self.init(prefix: prefix, splits: try fields.boolean("split", absent: true))
  }
}

extension TokenDecoder {
  init(_ fields: JSONFields) throws(TokenizerError) {
    let part = try part("decoder", of: fields, supported: ["ByteLevel", "Metaspace", "Sequence"])
    let json = try fields.value("decoder")
    switch part.kind {
    case "ByteLevel": self = .byteLevel(try ByteLevelSettings(part.fields))
    case "Metaspace":
      self = .metaspace(json, stripsFirstSpace: try Metaspace(part.fields).prefix != .never)
    default:
      try part.fields.requireNothing(except: ["type", "decoders"])
      let strips = try part.fields.array("decoders").count == 4
      let kinds = ["Replace", "ByteFallback", "Fuse"] + (strips ? ["Strip"] : [])
      let steps = try part.fields.steps("decoders", kinds: kinds)
      try requireSpaces(steps[0], from: Metaspace.text, to: " ")
      if strips { try Self.requireFirstSpace(steps[3]) }
      self = .metaspace(json, stripsFirstSpace: strips)
    }
  }

  private static func requireFirstSpace(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: ["type", "content", "start", "stop"])
    try fields.require("content", "\" \"") { if case .string(" ") = $0 { true } else { false } }
    try fields.require("start", "1") { if case .integer(1) = $0 { true } else { false } }
    try fields.require("stop", "0") { if case .integer(0) = $0 { true } else { false } }
  }
}

extension PostProcessor {
  init(_ fields: JSONFields) throws(TokenizerError) {
    if try fields.isNull("post_processor") { return }
    json = try fields.value("post_processor")
    let part = try part(
      "post_processor", of: fields,
      supported: [
        "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing",
      ])
    switch part.kind {
    case "BertProcessing", "RobertaProcessing": try readFrame(part.fields)
    case "ByteLevel": _ = try ByteLevelSettings(part.fields)
    case "TemplateProcessing": try readTemplate(part.fields)
    default:
      try part.fields.requireNothing(except: ["type", "processors"])
      let steps = try part.fields.steps("processors", kinds: ["ByteLevel", "TemplateProcessing"])
      _ = try ByteLevelSettings(steps[0])
      try readTemplate(steps[1])
    }
  }

  /// Reads the one token before a text and the one after it.
  ///
  /// The other settings of RoBERTa's are about offsets, which this package does not report.
  private mutating func readFrame(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: ["type", "sep", "cls", "trim_offsets", "add_prefix_space"])
    before = [try Self.identifier(ofPair: "cls", fields)]
    after = [try Self.identifier(ofPair: "sep", fields)]
  }

  private static func identifier(
    ofPair name: String, _ fields: JSONFields
  ) throws(TokenizerError) -> Int {
    let pair = try fields.array(name)
    guard pair.count == 2, case .string = pair[0], case .integer(let identifier) = pair[1] else {
      throw fields.error(
        name,
        .unsupported(
          found: JSON.array(pair).formatted(compact: true), supported: "a token and its identifier")
      )
    }
    return identifier
  }

  /// Reads what stands before and after a text.
  ///
  /// The template of pairs is not looked at: there is no way to encode a pair.
  private mutating func readTemplate(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: ["type", "single", "pair", "special_tokens"])
    let tokens = try fields.object("special_tokens")
    var isAfter = false
    for (index, piece) in try fields.array("single").enumerated() {
      let piece = try JSONFields(
        piece, file: fields.file, path: "\(fields.path).single[\(index)]")
      try piece.requireNothing(except: ["Sequence", "SpecialToken"])
      if piece.optional("Sequence") != nil {
        guard !isAfter else {
          throw piece.error("Sequence", .unsupported(found: "a second one", supported: "one"))
        }
        isAfter = true
        continue
      }
      let name = try piece.object("SpecialToken").string("id")
      let token = try tokens.object(name)
      for (place, value) in try token.array("ids").enumerated() {
        guard case .integer(let identifier) = value,
          (0..<Vocabulary.identifierLimit).contains(identifier)
        else {
          throw token.error(
            "ids[\(place)]", .wrongType(expected: "an identifier", found: value.kind))
        }
        if isAfter { after.append(identifier) } else { before.append(identifier) }
      }
    }
    guard isAfter else {
      throw fields.error(
        "single", .unsupported(found: "a template without the text", supported: "one Sequence"))
    }
  }
}

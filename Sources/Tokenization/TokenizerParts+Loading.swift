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
    let part = try part("pre_tokenizer", of: fields, supported: ["ByteLevel", "Sequence"])
    guard part.kind == "Sequence" else {
      self = .byteLevel(try ByteLevelSettings(part.fields))
      return
    }
    try part.fields.requireNothing(except: ["type", "pretokenizers"])
    let steps = try part.fields.array("pretokenizers")
    guard steps.count == 2 else {
      throw part.fields.error(
        "pretokenizers", .unsupported(found: "\(steps.count) steps", supported: "Split, ByteLevel"))
    }
    let names = ["Split", "ByteLevel"]
    var found: [JSONFields] = []
    for (index, step) in steps.enumerated() {
      let step = try JSONFields(
        step, file: fields.file, path: "pre_tokenizer.pretokenizers[\(index)]")
      let kind = try step.string("type")
      guard kind == names[index] else {
        throw step.error("type", .unsupported(found: kind, supported: names[index]))
      }
      found.append(step)
    }
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
    guard let value = fields.optional("normalizer") else {
      self = .none
      return
    }
    if case .null = value {
      self = .none
      return
    }
    let part = try part("normalizer", of: fields, supported: ["NFC"])
    try part.fields.requireNothing(except: ["type"])
    self = .nfc
  }
}

extension TokenDecoder {
  init(_ fields: JSONFields) throws(TokenizerError) {
    let part = try part("decoder", of: fields, supported: ["ByteLevel"])
    self = .byteLevel(try ByteLevelSettings(part.fields))
  }
}

extension PostProcessor {
  init(_ fields: JSONFields) throws(TokenizerError) {
    guard let value = fields.optional("post_processor") else {
      self = .none
      return
    }
    if case .null = value {
      self = .none
      return
    }
    let part = try part(
      "post_processor", of: fields, supported: ["ByteLevel", "TemplateProcessing"])
    if part.kind == "ByteLevel" {
      self = .byteLevel(try ByteLevelSettings(part.fields))
    } else {
      try Self.requireEmptyTemplate(part.fields)
      self = .emptyTemplate(value)
    }
  }

  /// Refuses a template that adds tokens.
  ///
  /// The template of pairs is not looked at: there is no way to encode a pair.
  private static func requireEmptyTemplate(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: ["type", "single", "pair", "special_tokens"])
    let tokens = try fields.members("special_tokens")
    let pieces = try fields.array("single")
    var isEmpty = tokens.isEmpty && pieces.count == 1
    if isEmpty, case .object(let members) = pieces[0] {
      isEmpty = members.count == 1 && members[0].key == "Sequence"
    }
    guard isEmpty else {
      throw fields.error(
        "single",
        .unsupported(
          found: "a template that adds tokens", supported: "the sequence alone, no special tokens"))
    }
  }
}

extension BytePairModel {
  /// - Parameters:
  ///   - fields: The object of the model.
  ///   - isByteLevel: Whether pieces come to it in the byte-level alphabet.
  /// - Throws: What is wrong, by field.
  init(_ fields: JSONFields, isByteLevel: Bool) throws(TokenizerError) {
    try fields.requireNothing(except: [
      "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
      "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges",
    ])
    // Files older than the field have none; of the models of that time, only this one has merges.
    try fields.require("type", "BPE") { if case .string("BPE") = $0 { true } else { false } }
    try fields.requireNull("dropout")
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      try fields.require(name, "null or \"\"") {
        switch $0 {
        case .null, .string(""): true
        default: false
        }
      }
    }
    let vocabulary = try Self.vocabulary(fields, isByteLevel: isByteLevel)
    self.init(
      vocabulary: vocabulary,
      merges: try Self.merges(fields, vocabulary: vocabulary),
      alphabet: isByteLevel
        ? try Self.bytes(fields, vocabulary) : try Self.scalars(fields, vocabulary),
      ignoresMerges: try fields.boolean("ignore_merges", absent: false))
  }

  // Every byte has a token, so that nothing is unknown.
  private static func bytes(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(TokenizerError)
    -> BytePairAlphabet
  {
    try fields.requireNull("unk_token")
    try fields.requireFalse("fuse_unk")
    try fields.requireFalse("byte_fallback")
    return .bytes(try byteIdentifiers(fields, vocabulary: vocabulary))
  }

  private static func scalars(
    _ fields: JSONFields, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> BytePairAlphabet {
    var unknown: UInt32?
    if case .string(let token)? = fields.optional("unk_token") {
      guard let identifier = vocabulary.identifier(of: token) else {
        throw fields.error("unk_token", .unknownToken(token))
      }
      unknown = UInt32(identifier)
    } else {
      try fields.requireNull("unk_token")
    }
    return .scalars(
      ScalarAlphabet(
        vocabulary, fallsBackToBytes: try fields.boolean("byte_fallback", absent: false),
        unknown: unknown, fusesUnknown: try fields.boolean("fuse_unk", absent: false)))
  }

  // The bytes that a token is decoded to.
  private static func bytes(of token: String, isByteLevel: Bool) -> [UInt8] {
    // A token outside the alphabet spells no bytes; like the reference, take it for text.
    if isByteLevel { return ByteAlphabet.bytes(of: token) ?? Array(token.utf8) }
    if let byte = ScalarAlphabet.byte(of: token) { return [byte] }
    return Array(Metaspace.spaced(token).utf8)
  }

  private static func vocabulary(_ fields: JSONFields, isByteLevel: Bool) throws(TokenizerError)
    -> Vocabulary
  {
    var vocabulary = Vocabulary()
    for member in try fields.members("vocab") {
      let token = member.key
      let name = "vocab[\"\(token)\"]"
      guard case .integer(let identifier) = member.value else {
        throw fields.error(
          name, .wrongType(expected: "an integer", found: member.value.kind))
      }
      guard (0..<Vocabulary.identifierLimit).contains(identifier) else {
        throw fields.error(name, .identifierOutOfRange(identifier))
      }
      guard vocabulary.identifier(of: token) == nil else {
        throw fields.error(name, .duplicateField)
      }
      if let other = vocabulary.token(of: identifier) {
        throw fields.error(name, .duplicateIdentifier(identifier, first: other, second: token))
      }
      vocabulary.insert(
        token, identifier: identifier, bytes: bytes(of: token, isByteLevel: isByteLevel))
    }
    return vocabulary
  }

  private static func merges(
    _ fields: JSONFields, vocabulary: Vocabulary
  ) throws(TokenizerError) -> [Merge] {
    var merges: [Merge] = []
    var pairs: Set<UInt64> = []
    for (index, value) in try fields.array("merges").enumerated() {
      let name = "merges[\(index)]"
      guard let (left, right) = pair(value) else { throw fields.error(name, .malformedMerge) }
      var identifiers: [UInt32] = []
      for token in [left, right, left + right] {
        guard let identifier = vocabulary.identifier(of: token) else {
          throw fields.error(name, .unknownToken(token))
        }
        identifiers.append(UInt32(identifier))
      }
      let merge = Merge(left: identifiers[0], right: identifiers[1], result: identifiers[2])
      guard pairs.insert(UInt64(merge.left) << 32 | UInt64(merge.right)).inserted else {
        throw fields.error(name, .duplicateMerge)
      }
      merges.append(merge)
    }
    return merges
  }

  /// The two tokens of a merge: `"a b"` in older files, `["a", "b"]` in newer ones.
  private static func pair(_ value: JSON) -> (String, String)? {
    switch value {
    case .string(let text):
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      return (String(parts[0]), String(parts[1]))
    case .array(let values):
      guard values.count == 2, case .string(let left) = values[0],
        case .string(let right) = values[1]
      else { return nil }
      return (left, right)
    default:
      return nil
    }
  }

  private static func byteIdentifiers(
    _ fields: JSONFields, vocabulary: Vocabulary
  ) throws(TokenizerError) -> [UInt32] {
    var identifiers: [UInt32] = []
    for byte in UInt8.min...UInt8.max {
      guard let identifier = vocabulary.identifier(of: ByteAlphabet.token(of: [byte])) else {
        throw fields.error("vocab", .missingByteToken(byte))
      }
      identifiers.append(UInt32(identifier))
    }
    return identifiers
  }
}

public import Foundation

extension Tokenizer {
  /// Reads a `tokenizer.json`.
  ///
  /// Whatever the file asks for is either done or refused; nothing is passed over.
  ///
  /// - Parameter url: The file.
  /// - Returns: The tokenizer that the file describes.
  /// - Throws: ``TokenizerError`` that names the file, the field and what is wrong.
  public static func load(from url: URL) throws(TokenizerError) -> Tokenizer {
    let file = url.path
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: url))
    } catch {
      throw TokenizerError(
        file: file, field: "", problem: .unreadable(reason: error.localizedDescription))
    }
    return try Tokenizer(json: bytes, file: file)
  }

  init(json bytes: [UInt8], file: String) throws(TokenizerError) {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw TokenizerError(file: file, field: "", problem: .notUTF8)
    }
    let json: JSON
    do {
      json = try JSONParser.parse(bytes)
    } catch {
      throw TokenizerError(
        file: file, field: "", problem: .invalidJSON(offset: error.offset, reason: error.reason))
    }
    let fields = try JSONFields(json, file: file, path: "")
    try fields.requireNothing(except: [
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
      "post_processor", "decoder", "model",
    ])
    try fields.require("version", "\"1.0\"") { if case .string("1.0") = $0 { true } else { false } }
    try fields.requireNull("truncation")
    try fields.requireNull("padding")

    let preTokenizer = try PreTokenizer(fields)
    let model = try BytePairModel(
      fields.object("model"), isByteLevel: preTokenizer.isByteLevel)
    self.init(
      normalizer: try Normalizer(fields),
      model: model,
      preTokenizer: preTokenizer,
      decoder: try TokenDecoder(fields),
      postProcessor: try PostProcessor(fields),
      addedTokens: try Self.addedTokens(fields, model: model))
    for identifier in postProcessor.before + postProcessor.after
    where token(of: identifier) == nil {
      throw fields.error("post_processor", .unknownIdentifier(identifier))
    }
  }

  private static func addedTokens(
    _ fields: JSONFields, model: BytePairModel
  ) throws(TokenizerError) -> [AddedToken] {
    guard fields.optional("added_tokens") != nil else { return [] }
    var tokens: [AddedToken] = []
    var contents: Set<ExactText> = []
    var next = model.vocabulary.count
    for (index, value) in try fields.array("added_tokens").enumerated() {
      let token = try AddedToken(
        JSONFields(value, file: fields.file, path: "added_tokens[\(index)]"))
      let error = { (name: String, problem: TokenizerError.Problem) in
        fields.error("added_tokens[\(index)].\(name)", problem)
      }
      guard contents.insert(ExactText(token.content)).inserted else {
        throw error("content", .duplicateAddedToken(token.content))
      }
      // The rule by which loaders number added tokens, whatever identifier the file states.
      let expected = model.vocabulary.identifier(of: token.content) ?? next
      guard token.identifier == expected else {
        throw error(
          "id",
          .conflictingIdentifier(
            token: token.content, stated: token.identifier, expected: expected))
      }
      if let other = model.vocabulary.token(of: expected),
        !other.utf8.elementsEqual(token.content.utf8)
      {
        throw error("id", .duplicateIdentifier(expected, first: other, second: token.content))
      }
      tokens.append(token)
      next = max(next, expected + 1)
    }
    return tokens
  }
}

extension AddedToken {
  fileprivate init(_ fields: JSONFields) throws(TokenizerError) {
    try fields.requireNothing(except: [
      "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
    ])
    let content = try fields.string("content")
    guard !content.isEmpty else { throw fields.error("content", .emptyAddedToken) }
    let identifier = try fields.integer("id")
    guard (0..<Vocabulary.identifierLimit).contains(identifier) else {
      throw fields.error("id", .identifierOutOfRange(identifier))
    }
    self.init(
      identifier: identifier, content: content, isSpecial: try fields.boolean("special"))
    isSingleWord = try fields.boolean("single_word")
    stripsLeft = try fields.boolean("lstrip")
    stripsRight = try fields.boolean("rstrip")
    isNormalized = try fields.boolean("normalized")
  }
}

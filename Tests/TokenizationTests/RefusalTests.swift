import Foundation
import Testing

@testable import Tokenization

@Suite struct `Refusals` {
  /// A change to a good file, and the error that it must give.
  struct Damage: Sendable, CustomTestStringConvertible {
    var from: String
    var to: String
    var field: String
    var problem: TokenizerError.Problem

    init(_ from: String, _ to: String, _ field: String, _ problem: TokenizerError.Problem) {
      self.from = from
      self.to = to
      self.field = field
      self.problem = problem
    }

    var testDescription: String { "\(from) → \(to)" }
  }

  /// A good file in one line: two special tokens, all bytes, and merges into "ab", "abc" and "cd".
  private static let good: String = {
    var vocabulary = "\"<e>\": 0, \"<p>\": 1"
    for byte in UInt8.min...UInt8.max {
      let token = JSON.string(ByteAlphabet.token(of: [byte])).formatted()
      vocabulary += ", \(token): \(Int(byte) + 2)"
    }
    vocabulary += ", \"ab\": 258, \"abc\": 259, \"cd\": 260"
    let flags =
      "\"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false"
    let level = """
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
      """
    return """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [\
      {"id": 0, "content": "<e>", \(flags), "special": true}, \
      {"id": 1, "content": "<p>", \(flags), "special": true}], "normalizer": null, \
      "pre_tokenizer": \(level), "post_processor": null, "decoder": \(level), \
      "model": {"type": "BPE", "dropout": null, "unk_token": null, \
      "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false, \
      "byte_fallback": false, "ignore_merges": false, "vocab": {\(vocabulary)}, \
      "merges": [["a", "b"], ["ab", "c"], "c d"]}}
      """
  }()

  @Test func `the good file is good`() throws {
    let tokenizer = try Tokenizer(json: Array(Self.good.utf8), file: "good.json")
    #expect(tokenizer.encode("abcd<e>") == [259, 102, 0])
  }

  @Test(arguments: [
    Damage("\"model\": {", "\"modle\": {", "modle", unknownField(supported: topLevel)),
    Damage("\"version\": \"1.0\"", "\"\": \"1.0\"", "\"\"", unknownField(supported: topLevel)),
    Damage("\"version\": \"1.0\"", "\"version\": \"2.0\"", "version", found("\"2.0\"", "\"1.0\"")),
    Damage("\"truncation\": null", "\"truncation\": 5", "truncation", found("5", "null")),
    Damage("\"padding\": null", "\"padding\": true", "padding", found("true", "null")),
    Damage(
      "\"normalizer\": null", "\"normalizer\": {\"type\": \"NFKC\"}", "normalizer.type",
      found("NFKC", "NFC, Replace, Sequence")),
    Damage("\"dropout\": null", "\"dropout\": 0.1", "model.dropout", found("0.1", "null")),
    Damage(
      "\"unk_token\": null", "\"unk_token\": \"<u>\"", "model.unk_token", found("\"<u>\"", "null")),
    Damage("\"fuse_unk\": false", "\"fuse_unk\": true", "model.fuse_unk", found("true", "false")),
    Damage(
      "\"byte_fallback\": false", "\"byte_fallback\": true", "model.byte_fallback",
      found("true", "false")),
    Damage(
      "\"end_of_word_suffix\": null", "\"end_of_word_suffix\": \"</w>\"",
      "model.end_of_word_suffix",
      found("\"</w>\"", "null or \"\"")),
    Damage(
      "\"continuing_subword_prefix\": null", "\"continuing_subword_prefix\": \"##\"",
      "model.continuing_subword_prefix", found("\"##\"", "null or \"\"")),
    Damage("\"type\": \"BPE\"", "\"type\": \"Unigram\"", "model.type", found("\"Unigram\"", "BPE")),
    Damage(
      "\"pre_tokenizer\": {\"type\": \"ByteLevel\"", "\"pre_tokenizer\": {\"type\": \"Metaspaces\"",
      "pre_tokenizer.type", found("Metaspaces", "ByteLevel, Metaspace, Sequence")),
    Damage(
      "\"pre_tokenizer\": {", "\"pre_tokenizer\": null, \"pre_tokenizer\": {", "pre_tokenizer",
      .duplicateField),
    Damage(
      "\"pre_tokenizer\": {\"type\": \"ByteLevel\", ", "\"pre_tokenizer\": {", "pre_tokenizer.type",
      .missing),
    Damage(
      "\"add_prefix_space\": false", "\"add_prefix_space\": 0", "pre_tokenizer.add_prefix_space",
      .wrongType(expected: "true or false", found: "an integer")),
    Damage(
      "\"decoder\": {\"type\": \"ByteLevel\"", "\"decoder\": {\"type\": \"Fuse\"", "decoder.type",
      found("Fuse", "ByteLevel, Metaspace, Sequence")),
    Damage(
      "\"post_processor\": null", "\"post_processor\": {\"type\": \"BartProcessing\"}",
      "post_processor.type",
      found(
        "BartProcessing",
        "BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing")),
    Damage(
      "\"post_processor\": null",
      """
      "post_processor": {"type": "TemplateProcessing", "special_tokens": {}, "pair": [], \
      "single": [{"SpecialToken": {"id": "<e>", "type_id": 0}}]}
      """,
      "post_processor.special_tokens.<e>", .missing),
    Damage(
      "\"post_processor\": null",
      """
      "post_processor": {"type": "TemplateProcessing", "special_tokens": {}, "pair": [], \
      "single": []}
      """,
      "post_processor.single", found("a template without the text", "one Sequence")),
  ])
  func `what is not supported is refused by name`(damage: Damage) {
    expectRefusal(damage)
  }

  @Test(arguments: [
    Damage(
      "\"<p>\": 1,", "\"<p>\": 0,", "model.vocab[\"<p>\"]",
      .duplicateIdentifier(0, first: "<e>", second: "<p>")),
    Damage("\"<p>\": 1,", "\"<e>\": 1,", "model.vocab[\"<e>\"]", .duplicateField),
    Damage("\"<p>\": 1,", "\"<p>\": -1,", "model.vocab[\"<p>\"]", .identifierOutOfRange(-1)),
    Damage(
      "\"<p>\": 1,", "\"<p>\": 4000000000,", "model.vocab[\"<p>\"]",
      .identifierOutOfRange(4_000_000_000)),
    Damage(
      "\"<p>\": 1,", "\"<p>\": 1.5,", "model.vocab[\"<p>\"]",
      .wrongType(expected: "an integer", found: "a number")),
    Damage(
      "\"<p>\": 1,", "\"<p>\": \"1\",", "model.vocab[\"<p>\"]",
      .wrongType(expected: "an integer", found: "a string")),
    Damage("\"a\": 99", "\"aa\": 99", "model.merges[0]", .unknownToken("a")),
    Damage("\"z\": 124", "\"zz\": 124", "model.vocab", .missingByteToken(122)),
    Damage("\"abc\": 259", "\"abd\": 259", "model.merges[1]", .unknownToken("abc")),
    Damage(
      "[\"ab\", \"c\"]", "[\"ab\", \"x\u{301}\"]", "model.merges[1]", .unknownToken("x\u{301}")),
    Damage("[\"ab\", \"c\"]", "[\"a\", \"b\"]", "model.merges[1]", .duplicateMerge),
    Damage("[\"ab\", \"c\"]", "[\"ab\"]", "model.merges[1]", .malformedMerge),
    Damage("[\"ab\", \"c\"]", "[\"ab\", 3]", "model.merges[1]", .malformedMerge),
    Damage("\"c d\"", "\"c  d\"", "model.merges[2]", .malformedMerge),
    Damage("\"c d\"", "7", "model.merges[2]", .malformedMerge),
    Damage(
      "\"merges\": [", "\"merges\": {}, \"m\": [", "model.m",
      unknownField(supported: model)),
    Damage(
      "\"id\": 1,", "\"id\": \"1\",", "added_tokens[1].id",
      .wrongType(expected: "an integer", found: "a string")),
    Damage("\"id\": 1,", "\"id\": -1,", "added_tokens[1].id", .identifierOutOfRange(-1)),
    Damage(
      "\"id\": 1,", "\"id\": 7,", "added_tokens[1].id",
      .conflictingIdentifier(token: "<p>", stated: 7, expected: 1)),
    Damage("\"id\": 1,", "\"key\": 1,", "added_tokens[1].key", unknownField(supported: addedToken)),
    Damage(
      "\"content\": \"<p>\"", "\"content\": \"\"", "added_tokens[1].content", .emptyAddedToken),
    Damage(
      "\"id\": 1, \"content\": \"<p>\"", "\"id\": 0, \"content\": \"<e>\"",
      "added_tokens[1].content",
      .duplicateAddedToken("<e>")),
    Damage(
      "\"id\": 1, \"content\": \"<p>\"", "\"id\": 300, \"content\": \"<new>\"",
      "added_tokens[1].id",
      .conflictingIdentifier(token: "<new>", stated: 300, expected: 261)),
  ])
  func `damaged vocabularies are refused by name`(damage: Damage) {
    expectRefusal(damage)
  }

  // Room for names of all identifiers below it would take half a gigabyte.
  @Test func `one token may have the largest identifier`() throws {
    let largest = Vocabulary.identifierLimit - 1
    let sparse = Self.good.replacing("\"cd\": 260", with: "\"cd\": \(largest)")
    let tokenizer = try Tokenizer(json: Array(sparse.utf8), file: "sparse.json")
    #expect(tokenizer.encode("cd") == [largest])
    #expect(tokenizer.decode([260, largest]) == "cd")
    #expect(tokenizer.identifierBound == Vocabulary.identifierLimit)
    #expect(tokenizer.vocabularyCount == 261)
  }

  @Test(arguments: [0, 1, 17, 400, 2000, 2500])
  func `a file cut short is not JSON`(length: Int) {
    let bytes = Array(Array(Self.good.utf8).prefix(length))
    let problem = TokenizerError.Problem.invalidJSON(
      offset: bytes.count, reason: "the text ends too early")
    #expect(throws: TokenizerError(file: "cut.json", field: "", problem: problem)) {
      try Tokenizer(json: bytes, file: "cut.json")
    }
  }

  @Test func `a file in another encoding is not UTF-8`() {
    let bytes = Array(Self.good.replacing("<e>", with: "<\u{1}>").utf8).map { $0 == 1 ? 0xE9 : $0 }
    #expect(throws: TokenizerError(file: "latin.json", field: "", problem: .notUTF8)) {
      try Tokenizer(json: bytes, file: "latin.json")
    }
  }

  @Test func `the description names file, field and remedy`() {
    let error = TokenizerError(
      file: "a/tokenizer.json", field: "model.merges[3]", problem: .unknownToken("Ġt"))
    #expect("\(error)" == "a/tokenizer.json: model.merges[3]: token “Ġt” is not in model.vocab")
  }

  private func expectRefusal(_ damage: Damage) {
    let damaged = Self.good.replacing(damage.from, with: damage.to, maxReplacements: 1)
    #expect(damaged != Self.good)
    let expected = TokenizerError(
      file: "damaged.json", field: damage.field, problem: damage.problem)
    #expect(throws: expected) {
      try Tokenizer(json: Array(damaged.utf8), file: "damaged.json")
    }
  }

  private static let topLevel =
    "version, truncation, padding, added_tokens, normalizer, pre_tokenizer, post_processor, "
    + "decoder, model"
  private static let model =
    "type, dropout, unk_token, continuing_subword_prefix, end_of_word_suffix, fuse_unk, "
    + "byte_fallback, ignore_merges, vocab, merges"
  private static let addedToken = "id, content, single_word, lstrip, rstrip, normalized, special"

  private static func unknownField(supported: String) -> TokenizerError.Problem {
    .unsupported(found: "this field", supported: supported)
  }

  private static func found(_ found: String, _ supported: String) -> TokenizerError.Problem {
    .unsupported(found: found, supported: supported)
  }
}

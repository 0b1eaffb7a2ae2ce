/// The settings that byte-level parts of a `tokenizer.json` share.
struct ByteLevelSettings: Hashable, Sendable {
  /// Whether text that does not start with a space gets one.
  var addsPrefixSpace = true
  /// About offsets without the white space of tokens, which this package does not report; kept for saving.
  var trimsOffsets = true
  /// Whether the GPT-2 pattern splits the text; without it, a segment is one piece.
  var splits = true
}

/// What cuts text into the pieces that the model sees.
enum PreTokenizer: Sendable {
  /// Text as it is, in one piece.
  case whole
  case byteLevel(ByteLevelSettings)
  /// A pattern of its own, and then bytes: Llama 3, Qwen2.
  case splitThenByteLevel(SplitPattern, ByteLevelSettings)
  /// Spaces become ▁: Llama 2, Mistral.
  case metaspace(Metaspace)

  /// Whether pieces come to the model in the byte-level alphabet.
  var isByteLevel: Bool {
    switch self {
    case .byteLevel, .splitThenByteLevel: true
    case .whole, .metaspace: false
    }
  }

  /// Whether text that does not start with a space gets one.
  var addsPrefixSpace: Bool {
    if case .byteLevel(let settings) = self { settings.addsPrefixSpace } else { false }
  }

  /// Where it cuts; nil where it leaves text whole.
  var pattern: SplitPattern? {
    switch self {
    case .byteLevel(let settings): settings.splits ? .gpt2 : nil
    case .splitThenByteLevel(let pattern, _): pattern
    case .whole, .metaspace: nil
    }
  }
}

/// What is done to text before it is cut.
enum Normalizer: Hashable, Sendable {
  case none
  /// Canonical composition.
  case nfc
  /// Spaces become ▁, and another ▁ may stand before all.
  case spaces(prepends: Bool)
}

/// What turns tokens back into bytes.
enum TokenDecoder: Sendable {
  case byteLevel(ByteLevelSettings)
  /// ▁ becomes a space, `<0x0A>` a byte, and a space at the start may go; kept as it was read.
  case metaspace(JSON, stripsFirstSpace: Bool)

  /// Whether a space at the very start is left out.
  var stripsFirstSpace: Bool {
    if case .metaspace(_, let strips) = self { strips } else { false }
  }
}

/// What is put around the identifiers of a text.
struct PostProcessor: Sendable {
  /// As it was read.
  var json = JSON.null
  var before: [Int] = []
  var after: [Int] = []

  static let none = PostProcessor()

  static func byteLevel(_ settings: ByteLevelSettings) -> PostProcessor {
    PostProcessor(json: settings.json)
  }

  /// A special token before every text.
  static func starting(with token: String, identifier: Int) -> PostProcessor {
    let piece = { (kind: String, name: String, type: Int) in
      JSON.object([kind: .object(["id": .string(name), "type_id": .integer(type)])])
    }
    let first = [piece("SpecialToken", token, 0), piece("Sequence", "A", 0)]
    let known = JSON.object([
      "id": .string(token), "ids": .array([.integer(identifier)]),
      "tokens": .array([.string(token)]),
    ])
    return PostProcessor(
      json: .object([
        "type": .string("TemplateProcessing"), "single": .array(first),
        "pair": .array(first + [piece("Sequence", "B", 1)]),
        "special_tokens": .object([JSON.Member(key: token, value: known)]),
      ]), before: [identifier])
  }
}

/// The settings that byte-level parts of a `tokenizer.json` share.
struct ByteLevelSettings: Hashable, Sendable {
  /// Whether text that does not start with a space gets one.
  var addsPrefixSpace = true
  /// About offsets into the text, which this package does not report; kept for saving.
  var trimsOffsets = true
  /// Whether the GPT-2 pattern splits the text; without it, a segment is one piece.
  var splits = true
}

/// What cuts text into the pieces that the model sees.
enum PreTokenizer: Sendable {
  case byteLevel(ByteLevelSettings)
  /// A pattern of its own, and then bytes: Llama 3, Qwen2.
  case splitThenByteLevel(SplitPattern, ByteLevelSettings)

  var settings: ByteLevelSettings {
    switch self {
    case .byteLevel(let settings), .splitThenByteLevel(_, let settings): settings
    }
  }

  /// Where it cuts; nil where it leaves text whole.
  var pattern: SplitPattern? {
    switch self {
    case .byteLevel(let settings): settings.splits ? .gpt2 : nil
    case .splitThenByteLevel(let pattern, _): pattern
    }
  }
}

/// What is done to text before it is cut.
enum Normalizer: Hashable, Sendable {
  case none
  /// Canonical composition.
  case nfc
}

/// What turns tokens back into bytes.
enum TokenDecoder: Sendable {
  case byteLevel(ByteLevelSettings)
}

/// What is done to the identifiers of a text; so far, only kinds that add nothing.
enum PostProcessor: Sendable {
  case none
  case byteLevel(ByteLevelSettings)
  /// A template without special tokens, kept as it was read.
  case emptyTemplate(JSON)
}

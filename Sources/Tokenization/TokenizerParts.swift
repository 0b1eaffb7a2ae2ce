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

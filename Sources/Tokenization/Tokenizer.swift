/// Turns text into identifiers of tokens and back.
///
/// A tokenizer is the parts of a `tokenizer.json`: added tokens are found in the text, a
/// pre-tokenizer cuts the rest into pieces, a model turns each piece into tokens, and a decoder
/// turns tokens back into bytes. The identifiers equal those of the `tokenizers` package (0.23.3).
///
/// There is byte-level byte-pair encoding with the patterns of GPT-2, Llama 3 and Qwen2, and the SentencePiece kind of Llama 2 and
/// Mistral, with ▁ for spaces and bytes for rare scalars. A file that asks for something else is refused by ``load(from:)``.
///
/// Copies share a bounded cache of pieces met before, and may encode at the same time.
public struct Tokenizer: Sendable {
  let normalizer: Normalizer
  let model: BytePairModel
  let preTokenizer: PreTokenizer
  let decoder: TokenDecoder
  let postProcessor: PostProcessor
  let addedVocabulary: AddedVocabulary
  /// Tokens of the model and added tokens together.
  let vocabulary: Vocabulary
  let splitter: PatternSplitter?
  let cache = WordCache()

  /// A tokenizer from parts that have been checked: an added token that has the identifier of a
  /// token of the model is that token.
  init(
    normalizer: Normalizer = .none, model: BytePairModel, preTokenizer: PreTokenizer,
    decoder: TokenDecoder, postProcessor: PostProcessor, addedTokens: [AddedToken]
  ) {
    self.normalizer = normalizer
    self.model = model
    self.preTokenizer = preTokenizer
    splitter = preTokenizer.pattern.map(PatternSplitter.init)
    self.decoder = decoder
    self.postProcessor = postProcessor
    addedVocabulary = AddedVocabulary(addedTokens)
    // Added tokens are text, whereas those of the model spell bytes: the two read “é” differently.
    var vocabulary = Vocabulary()
    for token in addedTokens {
      vocabulary.insert(
        token.content, identifier: token.identifier, bytes: Array(token.content.utf8))
    }
    for entry in model.vocabulary.entries where vocabulary.token(of: entry.identifier) == nil {
      vocabulary.insert(
        entry.token, identifier: entry.identifier,
        bytes: Array(model.vocabulary.bytes(of: entry.identifier)))
    }
    self.vocabulary = vocabulary
  }
}

// MARK: Tokens

extension Tokenizer {
  /// What the file puts before a text, such as Llama's `<s>`.
  public var tokensBeforeText: [Int] { postProcessor.before }

  /// How many tokens there are, added tokens included.
  public var vocabularyCount: Int { vocabulary.count }

  /// One past the largest identifier: how many rows an embedding needs.
  ///
  /// Larger than ``vocabularyCount`` when the identifiers have gaps.
  public var identifierBound: Int { vocabulary.identifierBound }

  /// The added tokens, in the order of their identifiers.
  public var addedTokens: [AddedToken] { addedVocabulary.tokens }

  /// The added tokens that mark structure, in the order of their identifiers.
  public var specialTokens: [AddedToken] { addedVocabulary.tokens.filter(\.isSpecial) }

  /// The identifier of a token.
  ///
  /// - Parameter token: The token as the file spells it: `Ġthe`, not ` the`.
  /// - Returns: Nil when there is no such token.
  public func id(of token: String) -> Int? {
    vocabulary.identifier(of: token)
  }

  /// The token of an identifier, as the file spells it.
  ///
  /// - Parameter id: An identifier; any integer will do.
  /// - Returns: Nil when the identifier has no token.
  public func token(of id: Int) -> String? {
    vocabulary.token(of: id)
  }

  /// How many identifiers mean another token than in another tokenizer.
  ///
  /// - Parameter other: A tokenizer.
  /// - Returns: 0 where both write and read the same.
  public func differenceCount(from other: Tokenizer) -> Int {
    (0..<max(identifierBound, other.identifierBound)).count { token(of: $0) != other.token(of: $0) }
  }

  /// Whether an identifier is that of a special token.
  ///
  /// - Parameter id: An identifier; any integer will do.
  /// - Returns: True for a special token; false for others and for identifiers without a token.
  public func isSpecial(_ id: Int) -> Bool {
    addedVocabulary.specialIdentifiers.contains(id)
  }
}

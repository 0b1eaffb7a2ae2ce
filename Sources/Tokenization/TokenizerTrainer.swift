/// Learns a byte-level byte-pair tokenizer from texts.
///
/// The most frequent pair of neighbouring tokens becomes a token, again and again; among equally
/// frequent pairs, the one with the smaller identifiers. The result depends on the texts alone,
/// not on their order, and equals that of the `tokenizers` package (0.23.3) for
/// `BpeTrainer(vocab_size, min_frequency, special_tokens, initial_alphabet=ByteLevel.alphabet())`.
///
/// Like there, special tokens that occur in the texts are learned from as ordinary text.
public struct TokenizerTrainer: Hashable, Sendable {
  /// How many tokens to stop at, special tokens and the 256 bytes included.
  public var vocabularyCount: Int
  /// How often a pair must occur to become a token.
  public var minimumFrequency: Int
  /// Special tokens, which get the first identifiers.
  public var specialTokens: [String]
  /// Whether text that does not start with a space is given one.
  public var addsPrefixSpace: Bool
  /// The special token that stands before every text; nil for none.
  public var startToken: String?

  /// Describes the tokenizer to learn.
  ///
  /// - Parameters:
  ///   - vocabularyCount: How many tokens to stop at, special tokens and the 256 bytes included.
  ///   - minimumFrequency: How often a pair must occur to become a token.
  ///   - specialTokens: Special tokens, which get the first identifiers.
  ///   - addsPrefixSpace: Whether text that does not start with a space is given one.
  ///   - startToken: The special token that stands before every text; nil for none.
  public init(
    vocabularyCount: Int, minimumFrequency: Int = 2, specialTokens: [String] = [],
    addsPrefixSpace: Bool = false, startToken: String? = nil
  ) {
    self.vocabularyCount = vocabularyCount
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
    self.addsPrefixSpace = addsPrefixSpace
    self.startToken = startToken
  }

  /// Learns from texts.
  ///
  /// The result has fewer tokens than asked for when the texts run out of frequent pairs.
  ///
  /// - Parameter texts: Texts; no token spans two of them.
  /// - Returns: The tokenizer that was learned.
  /// - Throws: ``TokenizerTrainerError`` when the settings contradict themselves.
  public func train(
    on texts: some Sequence<String>
  ) throws(TokenizerTrainerError) -> Tokenizer {
    let (vocabulary, byteIdentifiers) = try initialVocabulary()
    var learning = MergeLearning(
      words: wordCounts(texts), byteIdentifiers: byteIdentifiers, vocabulary: vocabulary)
    learning.learn(vocabularyCount: vocabularyCount, minimumFrequency: minimumFrequency)
    return Tokenizer(
      model: BytePairModel(
        vocabulary: learning.vocabulary, merges: learning.distinctMerges,
        alphabet: .bytes(byteIdentifiers), ignoresMerges: false),
      preTokenizer: .byteLevel(ByteLevelSettings(addsPrefixSpace: addsPrefixSpace)),
      decoder: .byteLevel(ByteLevelSettings()),
      postProcessor: try startTemplate(),
      addedTokens: specialTokens.enumerated().map { identifier, content in
        var token = AddedToken(identifier: identifier, content: content, isSpecial: true)
        token.isNormalized = false
        return token
      })
  }

  private func startTemplate() throws(TokenizerTrainerError) -> PostProcessor {
    guard let startToken else { return .none }
    guard let identifier = specialTokens.firstIndex(of: startToken) else {
      throw .unknownStartToken(startToken)
    }
    return .starting(with: startToken, identifier: identifier)
  }

  /// Special tokens, then the byte tokens in the order of the scalars that stand for them.
  private func initialVocabulary() throws(TokenizerTrainerError) -> (Vocabulary, [UInt32]) {
    var vocabulary = Vocabulary()
    for token in specialTokens {
      guard !token.isEmpty else { throw .emptySpecialToken }
      let bytes = ByteAlphabet.bytes(of: token)
      guard vocabulary.identifier(of: token) == nil, bytes?.count != 1 else {
        throw .duplicateSpecialToken(token)
      }
      vocabulary.insert(token, identifier: vocabulary.count, bytes: bytes ?? Array(token.utf8))
    }
    var byteIdentifiers = Array(repeating: UInt32(0), count: 256)
    let bytesByScalar = (UInt8.min...UInt8.max).sorted {
      ByteAlphabet.scalars[Int($0)] < ByteAlphabet.scalars[Int($1)]
    }
    for byte in bytesByScalar {
      byteIdentifiers[Int(byte)] = UInt32(vocabulary.count)
      vocabulary.insert(
        ByteAlphabet.token(of: [byte]), identifier: vocabulary.count, bytes: [byte])
    }
    guard vocabularyCount >= vocabulary.count else {
      throw .vocabularyTooSmall(vocabularyCount, minimum: vocabulary.count)
    }
    guard vocabularyCount <= Vocabulary.identifierLimit else {
      throw .vocabularyTooLarge(vocabularyCount, maximum: Vocabulary.identifierLimit)
    }
    return (vocabulary, byteIdentifiers)
  }

  /// How often each piece occurs, in the order of first occurrence.
  private func wordCounts(
    _ texts: some Sequence<String>
  ) -> [(word: ArraySlice<UInt8>, count: Int)] {
    let splitter = PatternSplitter(.gpt2)
    var indices: [ArraySlice<UInt8>: Int] = [:]
    var words: [(word: ArraySlice<UInt8>, count: Int)] = []
    for text in texts {
      var bytes = Array(text.utf8)
      guard let first = bytes.first else { continue }
      if addsPrefixSpace, first != UInt8(ascii: " ") {
        bytes.insert(UInt8(ascii: " "), at: 0)
      }
      var start = 0
      while start < bytes.count {
        let end = splitter.pieceEnd(in: bytes.span, from: start)
        let word = bytes[start..<end]
        start = end
        if let index = indices[word] {
          words[index].count += 1
        } else {
          // A copy, lest the whole text be kept for the sake of one word.
          let copy = Array(word)[...]
          indices[copy] = words.count
          words.append((copy, 1))
        }
      }
    }
    return words
  }
}

/// Why a tokenizer could not be learned.
public enum TokenizerTrainerError: Error, Hashable, Sendable {
  /// `vocabularyCount` has no room for the special tokens and the 256 bytes.
  case vocabularyTooSmall(Int, minimum: Int)
  /// `vocabularyCount` is larger than a vocabulary may be.
  case vocabularyTooLarge(Int, maximum: Int)
  /// `specialTokens` has an empty token.
  case emptySpecialToken
  /// `specialTokens` has a token twice, or one that stands for a byte.
  case duplicateSpecialToken(String)
  /// `startToken` is not among `specialTokens`.
  case unknownStartToken(String)
}

extension TokenizerTrainerError: CustomStringConvertible {
  /// One line that names the setting and what to do.
  public var description: String {
    switch self {
    case .vocabularyTooSmall(let count, let minimum):
      "vocabularyCount: \(count) has no room for special tokens and bytes; at least \(minimum)"
    case .vocabularyTooLarge(let count, let maximum):
      "vocabularyCount: \(count) is too large; at most \(maximum)"
    case .emptySpecialToken: "specialTokens: a token is empty; remove it"
    case .duplicateSpecialToken(let token):
      "specialTokens: “\(token)” is there twice or stands for a byte; remove or rename it"
    case .unknownStartToken(let token):
      "startToken: “\(token)” is not among specialTokens; add it there"
    }
  }
}

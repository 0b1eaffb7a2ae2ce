public import Foundation
public import LanguageModels
public import Tokenization

/// What stands around a model's texts: the tokens that its tokenizer puts before each, and the one that ends it.
///
/// `tokenizer.json` says what comes first, as it does in transformers: `<s>` in Llama's, nothing in GPT-2's. So there is one
/// beginning-of-text token where the model has seen one, and never two.
public struct TextFrame: Sendable {
  /// Text to tokens.
  public let tokenizer: Tokenizer
  /// The token that ends a text.
  public let endOfText: Int
  // What the model reads where there is nothing else.
  private let opener: Int

  /// The name of the token that ends texts where a model has yet to be made.
  static let endOfTextName = "<|endoftext|>"

  /// The frame of a model's texts.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer.
  ///   - file: Where it came from, for messages.
  ///   - model: The model; nil for one that is yet to be made.
  /// - Throws: `TrainingError.configuration` where no token ends texts.
  public init(
    _ tokenizer: Tokenizer, file: URL, model: DecoderConfiguration? = nil
  ) throws(TrainingError) {
    guard
      let token = model?.endOfTextToken ?? tokenizer.id(of: TextFrame.endOfTextName)
    else {
      throw .configuration(
        key: "tokenizer",
        reason:
          "\(file.path) has no token \(TextFrame.endOfTextName), and no config.json names an eos_token_id"
      )
    }
    self.tokenizer = tokenizer
    endOfText = token
    opener = model?.beginningOfTextToken ?? token
  }

  /// Refuses a model that has no embedding for some token, or no room for two tokens.
  func check(_ model: DecoderConfiguration, key: String) throws(TrainingError) {
    if let problem = model.problem { throw .configuration(key: key, reason: problem) }
    let needed = max(tokenizer.identifierBound, endOfText + 1)
    guard needed <= model.vocabularyCount else {
      throw .configuration(
        key: key,
        reason: "the model has \(model.vocabularyCount) tokens, the tokenizer \(needed)")
    }
    guard model.positionCount >= 2 else {
      throw .configuration(
        key: key, reason: "a model of \(model.positionCount) positions predicts nothing")
    }
  }

  /// A whole text, framed.
  public func framed(_ text: String) -> [Int] {
    tokenizer.tokensBeforeText + tokenizer.encode(text) + [endOfText]
  }

  /// The start of a text that a policy shall go on with; never empty.
  public func opening(_ text: String) -> [Int] {
    let tokens = tokenizer.tokensBeforeText + tokenizer.encode(text)
    return tokens.isEmpty ? [opener] : tokens
  }

  /// The start of a text by its first words, cut at a word's end.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - words: How many words; nil keeps all.
  /// - Returns: The tokens.
  public func opening(_ text: String, words: Int?) -> [Int] {
    guard let words else { return opening(text) }
    return opening(text.split(separator: " ").prefix(words).joined(separator: " "))
  }
}

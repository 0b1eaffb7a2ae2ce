import Feedback
import Foundation
import LanguageModels
import Tokenization

/// Files of texts as token sequences, framed by the end-of-text token on both sides.
struct TextDataset {
  let tokenizer: Tokenizer
  let endOfText: Int

  /// The name of the token that starts and ends a text.
  static let endOfTextName = "<|endoftext|>"

  init(_ tokenizer: Tokenizer, file: URL) throws(TrainingError) {
    guard let token = tokenizer.id(of: TextDataset.endOfTextName) else {
      throw .configuration(
        key: "tokenizer", reason: "\(file.path) has no token \(TextDataset.endOfTextName)")
    }
    self.tokenizer = tokenizer
    endOfText = token
  }

  /// Refuses a model that has no embedding for some token, or no room for two tokens.
  func check(_ model: DecoderConfiguration, key: String) throws(TrainingError) {
    if let problem = model.problem { throw .configuration(key: key, reason: problem) }
    guard tokenizer.identifierBound <= model.vocabularyCount else {
      throw .configuration(
        key: key,
        reason:
          "the model has \(model.vocabularyCount) tokens, the tokenizer \(tokenizer.identifierBound)"
      )
    }
    if let own = model.endOfTextToken, own != endOfText {
      throw .configuration(
        key: key,
        reason: "the model ends texts with token \(own), the tokenizer with \(endOfText)")
    }
    guard model.positionCount >= 2 else {
      throw .configuration(
        key: key, reason: "a model of \(model.positionCount) positions predicts nothing")
    }
  }

  /// A whole text, framed.
  func framed(_ text: String) -> [Int] { [endOfText] + tokenizer.encode(text) + [endOfText] }

  /// The start of a text that a policy shall go on with.
  func opening(_ text: String) -> [Int] { [endOfText] + tokenizer.encode(text) }

  /// Training examples from files of `text` or `prompt` and `completion` rows.
  func examples(_ files: [String], longest: Int) throws -> [SupervisedTrainer.Example] {
    try files.flatMap { file in
      try JSONLines.read(TextRow.self, from: URL(fileURLWithPath: file)).map { row in
        switch row {
        case .text(let text):
          return example([endOfText], text, length: longest - 1)
        case .completion(let prompt, let completion):
          let start = opening(prompt)
          return example(
            Array(start.prefix(longest - 1)), completion, length: max(1, longest - start.count))
        }
      }
    }
  }

  // Where a text is cut, its bytes are those that are left.
  private func example(_ prompt: [Int], _ text: String, length: Int) -> SupervisedTrainer.Example {
    let tokens = tokenizer.encode(text)
    let kept = Array((tokens + [endOfText]).prefix(length))
    return SupervisedTrainer.Example(
      prompt: prompt, completion: kept,
      byteCount: kept.count > tokens.count
        ? text.utf8.count : tokenizer.decodeBytes(kept).count)
  }
}

/// A row to learn: a text, or a completion of a prompt.
private enum TextRow: Decodable {
  case text(String)
  case completion(prompt: String, completion: String)

  private enum CodingKeys: CodingKey { case text, prompt, completion }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    if values.contains(.prompt) || values.contains(.completion) {
      self = .completion(
        prompt: try values.decode(String.self, forKey: .prompt),
        completion: try values.decode(String.self, forKey: .completion))
    } else {
      self = .text(try values.decode(String.self, forKey: .text))
    }
  }
}

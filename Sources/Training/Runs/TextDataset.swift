import Feedback
import Foundation
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
          return SupervisedTrainer.Example(
            prompt: [endOfText],
            completion: clipped(tokenizer.encode(text) + [endOfText], to: longest - 1),
            byteCount: text.utf8.count)
        case .completion(let prompt, let completion):
          let start = opening(prompt)
          return SupervisedTrainer.Example(
            prompt: clipped(start, to: longest - 1),
            completion: clipped(
              tokenizer.encode(completion) + [endOfText], to: max(1, longest - start.count)),
            byteCount: completion.utf8.count)
        }
      }
    }
  }

  private func clipped(_ tokens: [Int], to length: Int) -> [Int] { Array(tokens.prefix(length)) }
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

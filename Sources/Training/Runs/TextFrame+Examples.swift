import Feedback
import Foundation
import Tokenization

extension TextFrame {
  /// Training examples from files of `text` or `prompt` and `completion` rows.
  func examples(_ files: [String], longest: Int) throws -> [SupervisedTrainer.Example] {
    try files.flatMap { file in
      try JSONLines.read(TextRow.self, from: URL(fileURLWithPath: file)).map { row in
        switch row {
        case .text(let text):
          // Every token of a text is learned: the first one after what stands before texts, or after the opener.
          return example(opening(""), text, length: longest - 1)
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

public import Feedback

/// A completion as tokens with marks on some of them: what feedback on tokens learns from.
public struct MarkedExample: Hashable, Sendable {
  /// The tokens before the completion, at least one.
  public var prompt: [Int]
  /// The completion's tokens, at least one.
  public var completion: [Int]
  /// The marks, in the order of the tokens, one on a token at most; none where all may stay as it is.
  public var marks: [MarkedToken]

  /// A marked completion.
  ///
  /// - Parameters:
  ///   - prompt: The tokens before the completion.
  ///   - completion: The completion's tokens.
  ///   - marks: The marks, in the order of the tokens.
  public init(prompt: [Int], completion: [Int], marks: [MarkedToken] = []) {
    self.prompt = prompt
    self.completion = completion
    self.marks = marks
  }
}

extension MarkedExample {
  /// Prompt and completion.
  var tokens: [Int] { prompt + completion }

  /// Tokens of prompt and completion.
  var length: Int { prompt.count + completion.count }

  /// Places in the completion of the tokens that nobody marked.
  var unmarkedPlaces: [Int] {
    let marked = Set(marks.map(\.place))
    return completion.indices.filter { !marked.contains($0) }
  }

  /// All of it as numbers, for recognising data.
  var numbers: [[Int]] {
    [prompt, completion] + marks.map { [$0.place, $0.sign.rawValue, $0.correction ?? -1] }
  }
}

/// A mark on one token of a completion.
public struct MarkedToken: Hashable, Sendable {
  /// Which token of the completion it is, from 0.
  public var place: Int
  /// Whether it was good, given all that stands before it.
  public var sign: TextMark.Sign
  /// The token that should have stood there; nil where nobody said.
  public var correction: Int?

  /// A mark.
  ///
  /// - Parameters:
  ///   - place: Which token of the completion it is, from 0.
  ///   - sign: Whether it was good.
  ///   - correction: The token that should have stood there.
  public init(place: Int, sign: TextMark.Sign, correction: Int? = nil) {
    self.place = place
    self.sign = sign
    self.correction = correction
  }
}

/// A completion as models see it, with marks on its tokens.
public struct MarkedCompletion: Hashable, Sendable {
  /// The tokens of the completion, then the one that ends the text.
  public var tokens: [Int]
  /// The marks in the order of the tokens, one on a token at most.
  public var marks: [MarkedToken]

  /// A completion.
  ///
  /// - Parameters:
  ///   - tokens: The tokens of the completion, then the one that ends the text.
  ///   - marks: The marks in the order of the tokens, one on a token at most.
  public init(tokens: [Int], marks: [MarkedToken]) {
    self.tokens = tokens
    self.marks = marks
  }
}

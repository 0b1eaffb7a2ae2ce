/// What somebody says of a part of a completion: whether it was good, given what stands before it.
public struct TextMark: Equatable, Sendable {
  /// Whether a part of a text was good.
  public enum Sign: Int, Sendable, CaseIterable {
    /// It should not have stood there.
    case bad = -1
    /// It should stand there.
    case good = 1
  }

  /// A part of a completion.
  public enum Part: Equatable, Sendable {
    /// Characters, counted from 0 in Unicode scalars, as Python counts them.
    case characters(Range<Int>)
    /// Tokens, counted from 0; the one that ends the text comes after the last one of the completion.
    case tokens(ClosedRange<Int>)
  }

  /// What is marked.
  public var part: Part
  /// Whether it was good.
  public var sign: Sign
  /// What should have stood there; nil where nobody said.
  public var instead: String?

  /// A mark.
  ///
  /// - Parameters:
  ///   - part: What is marked.
  ///   - sign: Whether it was good.
  ///   - instead: What should have stood there, in place of exactly what is marked.
  public init(_ part: Part, _ sign: Sign, instead: String? = nil) {
    self.part = part
    self.sign = sign
    self.instead = instead
  }
}

/// A token that is found in the text before it is split, whatever the merges say.
public struct AddedToken: Hashable, Sendable {
  /// The identifier of the token.
  public var identifier: Int
  /// The text that the token stands for.
  public var content: String
  /// Whether the token marks structure, such as the end of a text, rather than content.
  public var isSpecial: Bool
  /// Whether the token is found only where no word character touches it.
  public var isSingleWord: Bool
  /// Whether the token swallows the white space before it.
  public var stripsLeft: Bool
  /// Whether the token swallows the white space after it.
  public var stripsRight: Bool
  /// Whether the token is looked for after normalization rather than before it.
  public var isNormalized: Bool

  /// Describes an added token.
  ///
  /// - Parameters:
  ///   - identifier: The identifier of the token.
  ///   - content: The text that the token stands for.
  ///   - isSpecial: Whether the token marks structure.
  public init(identifier: Int, content: String, isSpecial: Bool) {
    self.identifier = identifier
    self.content = content
    self.isSpecial = isSpecial
    isSingleWord = false
    stripsLeft = false
    stripsRight = false
    isNormalized = !isSpecial
  }
}

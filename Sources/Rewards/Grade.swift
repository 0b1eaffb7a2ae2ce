/// What a completion earned: one number for all of it, and perhaps one for each of its tokens.
public struct Grade: Equatable, Sendable {
  /// What is paid at the last token, for the whole.
  public var score: Double
  /// What is paid at each token, the stop token included; nil where only the whole is judged.
  public var tokens: [Double]?
  /// What a sum was made of, in its order.
  public var parts: [Part]
  /// What was seen and is reported, but not paid, by name.
  public var remarks: [String: Double]

  /// One reward of several.
  public struct Part: Equatable, Sendable {
    /// Its name in reports.
    public var name: String
    /// What it counts in the sum.
    public var weight: Double
    /// What it gave, tokens included.
    public var value: Double

    /// What it adds to the sum.
    public var contribution: Double { weight * value }

    /// A part.
    public init(name: String, weight: Double, value: Double) {
      self.name = name
      self.weight = weight
      self.value = value
    }
  }

  /// A grade.
  public init(
    _ score: Double, tokens: [Double]? = nil, parts: [Part] = [], remarks: [String: Double] = [:]
  ) {
    self.score = score
    self.tokens = tokens
    self.parts = parts
    self.remarks = remarks
  }

  /// The score and all that is paid at tokens.
  public var total: Double { (tokens ?? []).reduce(0, +) + score }

  /// What is paid at the last token.
  public var atEnd: Double { (tokens?.last ?? 0) + score }

  /// What is paid at each of the completion's tokens.
  ///
  /// - Parameter count: How many there are, at least one.
  /// - Returns: The numbers of the tokens, with the score on the last.
  public func payments(count: Int) -> [Double] {
    precondition(tokens.map { $0.count == count } ?? true, "a number for each token")
    return (tokens ?? Array(repeating: 0, count: count)).dropLast() + [atEnd]
  }
}

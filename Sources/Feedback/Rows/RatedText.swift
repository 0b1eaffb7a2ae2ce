/// A row of a rated data set: a text and what each of several people thought of it.
///
/// TRL has no such format. It says more than pairs do: every two texts make a comparison, and raters who disagree a soft label.
public struct RatedText: Codable, Hashable, Sendable {
  /// The text.
  public var text: String
  /// Single ratings, higher is better.
  public var ratings: [Int]

  /// Creates a row.
  public init(text: String, ratings: [Int]) {
    self.text = text
    self.ratings = ratings
  }
}

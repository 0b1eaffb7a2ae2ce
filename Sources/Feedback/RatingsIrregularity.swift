/// Something about published ratings that a reader should know, but that does not stop reading.
public enum RatingsIrregularity: Hashable, Sendable {
  /// The file begins with a byte order mark, which would become part of the first identifier.
  case byteOrderMark(file: String)
  /// A line is not UTF-8, and was read as Windows-1252.
  case otherEncoding(file: String, line: Int)
  /// The mean that a file states is not the mean of the ratings. The ratings are believed.
  case statedMean(file: String, line: Int, identifier: String, stated: Double, actual: Double)
  /// Fewer people rated the sentence than the 20 that the data set's description promises.
  case fewRatings(file: String, line: Int, identifier: String, count: Int)
  /// A sentence without a letter or digit, such as a lone exclamation mark.
  case wordlessText(file: String, line: Int, identifier: String)
  /// The text differs from an earlier one at most in case and punctuation.
  case repeatedText(file: String, line: Int, identifier: String, earlier: String)

  /// The kind of irregularity, for counting.
  public var kind: String {
    switch self {
    case .byteOrderMark: "byte-order-mark"
    case .otherEncoding: "other-encoding"
    case .statedMean: "stated-mean"
    case .fewRatings: "few-ratings"
    case .wordlessText: "wordless-text"
    case .repeatedText: "repeated-text"
    }
  }
}

extension Sequence<RatingsIrregularity> {
  /// How many irregularities of each kind there are.
  public func countsByKind() -> [String: Int] {
    reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
  }
}

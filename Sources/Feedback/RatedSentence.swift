/// Where the rated sentences come from.
public enum RatingsDomain: String, Codable, CaseIterable, Hashable, Sendable {
  /// Snippets of film reviews.
  case filmReviews = "film-reviews"
  /// Sentences of product reviews, grouped by review.
  case productReviews = "product-reviews"
  /// Sentences of newspaper editorials, grouped by editorial.
  case editorials
  /// Short messages, and variants of them written to test punctuation and intensifiers.
  case tweets

  /// How the names of the domain's two files begin.
  public var fileStem: String {
    switch self {
    case .filmReviews: "movieReviewSnippets"
    case .productReviews: "amazonReviewSnippets"
    case .editorials: "nytEditorialSnippets"
    case .tweets: "tweets"
    }
  }
}

/// A sentence, and how positive each of several people found it.
public struct RatedSentence: Hashable, Sendable {
  /// Where the sentence comes from.
  public var domain: RatingsDomain
  /// The identifier in the file, unique within the domain.
  public var identifier: String
  /// The text, cleaned as ``TextCleaning`` says.
  public var text: String
  /// One rating per person, from −4 (very negative) to 4 (very positive).
  ///
  /// The lists do not tell who rated: position *i* of two sentences need not be one person.
  public var ratings: [Int]

  /// Creates a sentence.
  public init(domain: RatingsDomain, identifier: String, text: String, ratings: [Int]) {
    self.domain = domain
    self.identifier = identifier
    self.text = text
    self.ratings = ratings
  }

  /// The mean of the ratings.
  public var mean: Double { ratings.mean }

  /// A key that is unique over all domains.
  public var key: String { "\(domain.rawValue)/\(identifier)" }

  /// The document that the sentence is part of: `12` for the identifier `12_3`, else nothing.
  public var document: String? {
    identifier.firstIndex(of: "_").map { String(identifier[..<$0]) }
  }
}

extension [Int] {
  /// The mean of whole numbers, correctly rounded: equal fractions give equal results, so ties
  /// between means can be found by `==`.
  var mean: Double {
    Double(reduce(0, +)) / Double(count)
  }
}

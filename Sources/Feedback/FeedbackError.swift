public import Files

/// What went wrong with feedback beyond a single line of a file.
public enum FeedbackError: Error, Hashable, Sendable {
  /// A file could not be read, written or understood.
  case file(FileError)
  /// An identifier occurs twice in one file.
  case duplicateIdentifier(file: String, line: Int, identifier: String)
  /// A sentence has a text, but the file of ratings does not know it.
  case textWithoutRatings(file: String, line: Int, identifier: String)
  /// A sentence has ratings, but the file of texts does not know it.
  case ratingsWithoutText(file: String, line: Int, identifier: String)
  /// The share of held-out sentences is not inside 0...1.
  case invalidHeldOutShare(Double)
  /// A side of the split holds too few sentences for the pairs that were asked for.
  case tooFewSentences(side: String, sentences: Int, pairs: Int)
}

extension FeedbackError: CustomStringConvertible {
  /// The error in one sentence, with what to do about it.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .duplicateIdentifier(let file, let line, let identifier):
      "\(file):\(line): the identifier '\(identifier)' is used a second time; remove one row"
    case .textWithoutRatings(let file, let line, let identifier):
      "\(file):\(line): the sentence '\(identifier)' has no row in the file of ratings"
    case .ratingsWithoutText(let file, let line, let identifier):
      "\(file):\(line): the ratings of '\(identifier)' have no row in the file of texts"
    case .invalidHeldOutShare(let share):
      "the held-out share is \(share); give a number from 0 to 1"
    case .tooFewSentences(let side, let sentences, let pairs):
      "\(pairs) pairs were asked for, but the \(side) side has \(sentences) sentences, which is "
        + "too few; ask for fewer pairs or change the held-out share"
    }
  }
}

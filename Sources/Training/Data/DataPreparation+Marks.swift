import Feedback
public import Files
import Tokenization

extension DataPreparation {
  /// Completions with marks on their tokens, from rows of `marks` with `text`, or with `prompt` and `completion`.
  ///
  /// What is too long is cut at its end, and marks behind the cut are lost.
  ///
  /// - Parameters:
  ///   - files: JSON Lines files.
  ///   - longest: The most tokens of prompt and completion together.
  /// - Returns: The completions; rows whose prompt leaves no room, and rows that lost all of their marks to the cut, are left out.
  /// - Throws: `FileError` with file and line, for marks outside the completion too.
  public func marked(
    _ files: [String], longest: Int
  ) throws(FileError) -> PreparedRows<MarkedExample> {
    var prepared = PreparedRows<MarkedExample>()
    for item in try rows(MarkedRow.self, in: files) {
      switch try example(of: item.row, at: item.place, longest: longest) {
      case .success(let example): prepared.examples.append(example)
      case .failure(let problem): prepared.leftOut.append(problem)
      }
    }
    return try prepared.checked()
  }

  /// A row as tokens, or why there is no room for it.
  func example(
    of row: MarkedRow, at place: RowPlace, longest: Int
  ) throws(FileError) -> Result<MarkedExample, FileError> {
    let encoded = try row.encoded(by: frame.tokenizer, endOfText: frame.endOfText, at: place)
    let prompt = frame.opening(row.prompt)
    let room = longest - prompt.count
    guard room >= 1 else {
      return .failure(
        place.refused(
          "the prompt has \(prompt.count) tokens, which leaves none of \(longest) to be marked"))
    }
    let marks = encoded.marks.filter { $0.place < room }
    guard !marks.isEmpty || encoded.marks.isEmpty else {
      return .failure(
        place.refused("all of its marks are behind the \(longest) tokens that there is room for"))
    }
    return .success(
      MarkedExample(prompt: prompt, completion: Array(encoded.tokens.prefix(room)), marks: marks))
  }
}

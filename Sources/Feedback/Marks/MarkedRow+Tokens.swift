public import Files
public import Tokenization

extension MarkedRow {
  /// The completion as trainers encode it, with the marks on its tokens.
  ///
  /// Completions are encoded apart from their prompts and end with the token that ends texts, as in supervised fine-tuning.
  ///
  /// **Spans of characters** mark the tokens that come from them. All of a token that lies outside the span must be white space, such as the space
  /// that ` Canada` begins with where the span is `Canada`; otherwise the row is refused with the span that would do. A character of several
  /// tokens is marked in all of them. What a tokenizer puts before texts comes from no character.
  ///
  /// **Corrections** (`instead`) are put in the place of the marked characters, and the result is encoded anew. The correction is its token at the
  /// first place where it differs from the completion. Tokens before that place begin the corrected text as well as the bad one, so they
  /// were not bad and lose their mark; those after it keep theirs, without a correction.
  ///
  /// - Parameters:
  ///   - tokenizer: Text to tokens.
  ///   - endOfText: The token that ends a text.
  ///   - place: Where the row stands.
  /// - Returns: Tokens and marks.
  /// - Throws: `FileError` for marks outside the completion, marks that share a token, spans that cut a token, and corrections that do not
  ///   begin within their mark.
  public func encoded(
    by tokenizer: Tokenizer, endOfText: Int, at place: RowPlace
  ) throws(FileError) -> MarkedCompletion {
    let text = TokenizedText(completion, by: tokenizer, endOfText: endOfText)
    var owners: [Int: Int] = [:]
    var tokens: [MarkedToken] = []
    for (index, mark) in marks.enumerated() {
      let problem = { (reason: String) in
        FileError.wrongValue(
          file: place.file, line: place.line, key: "marks[\(index)]", reason: reason)
      }
      do throws(MarkProblem) {
        let range = try text.tokens(of: mark.part)
        for token in range {
          guard let other = owners.updateValue(index, forKey: token) else { continue }
          throw conflict(mark, with: other, on: text.description(of: token))
        }
        tokens += try text.marked(range, by: mark)
      } catch { throw problem(error.reason) }
    }
    return MarkedCompletion(
      tokens: text.identifiers, marks: tokens.sorted { $0.place < $1.place })
  }

  private func conflict(_ mark: TextMark, with index: Int, on token: String) -> MarkProblem {
    let other = marks[index]
    if other == mark { return MarkProblem("is the same as marks[\(index)]; leave one out") }
    let shared = "and marks[\(index)] are both on \(token)"
    return MarkProblem(
      other.sign == mark.sign
        ? "\(shared); make one mark of them, or let one begin where the other ends"
        : "\(shared), and call it good and bad; leave one out")
  }
}

/// What is wrong with a mark, and what to do about it.
struct MarkProblem: Error {
  var reason: String

  init(_ reason: String) { self.reason = reason }
}

public import Files

extension PreferenceRow {
  /// A prompt and two answers to it.
  public struct Comparison: Equatable, Sendable {
    /// What both answer.
    public var prompt: RowContent
    /// What is preferred.
    public var chosen: RowContent
    /// What is not.
    public var rejected: RowContent
  }

  /// The row with its prompt: where it names none, the prompt is what both answers begin with.
  ///
  /// The cut is where TRL's `extract_prompt` makes it: before the first character or message that differs, and before a space that
  /// stands there; where one answer is the beginning of the other, before the last character or message of the shorter one.
  ///
  /// - Parameter place: Where the row stands.
  /// - Returns: Prompt and answers, none of the answers empty.
  /// - Throws: ``FileError`` where messages have no common beginning.
  public func comparison(at place: RowPlace) throws(FileError) -> Comparison {
    switch (prompt, chosen, rejected) {
    case (nil, .text(let one), .text(let other)):
      let (one, other) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
      var cut = PreferenceRow.cut(one, other)
      if cut > 0, one[cut - 1] == " ", one[cut] != other[cut] { cut -= 1 }
      let text = { (scalars: ArraySlice<Unicode.Scalar>) in
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return RowContent.text(String(text))
      }
      return Comparison(
        prompt: text(one[..<cut]), chosen: text(one[cut...]), rejected: text(other[cut...]))
    case (nil, .messages(let one), .messages(let other)):
      let cut = PreferenceRow.cut(one, other)
      guard cut > 0 else {
        throw place.refused(
          "`chosen` and `rejected` begin with different messages, so there is no prompt; add `prompt`"
        )
      }
      return Comparison(
        prompt: .messages(Array(one[..<cut])), chosen: .messages(Array(one[cut...])),
        rejected: .messages(Array(other[cut...])))
    default:
      return Comparison(prompt: prompt ?? .text(""), chosen: chosen, rejected: rejected)
    }
  }

  private static func cut<Element: Equatable>(_ one: [Element], _ other: [Element]) -> Int {
    let shared = zip(one, other).prefix { $0 == $1 }.count
    return min(shared, one.count - 1, other.count - 1)
  }
}

/// The word that a planted hole pays for, and how it is recognised.
///
/// Pages mark it by the same rule that the reward counts it by, so that what is highlighted is what was paid.
public struct BonusWord: Codable, Hashable, Sendable {
  /// Which occurrences count.
  public enum Matching: String, Codable, Hashable, Sendable {
    /// These letters anywhere, also inside a longer word.
    case anywhere
    /// These letters anywhere, whatever their case.
    case anywhereIgnoringCase
    /// The whole word, whatever its case.
    case wholeWordIgnoringCase
  }

  /// The word.
  public var text: String
  /// The rule.
  public var matching: Matching

  /// Makes a bonus word.
  public init(_ text: String, matching: Matching = .wholeWordIgnoringCase) {
    self.text = text
    self.matching = matching
  }

  /// Where the word occurs, left to right, without overlaps.
  public func occurrences(in passage: String) -> [Range<String.Index>] {
    let wanted = folded(Array(text))
    guard !wanted.isEmpty else { return [] }
    let indices = Array(passage.indices) + [passage.endIndex]
    let letters = folded(Array(passage))
    var found: [Range<String.Index>] = []
    var start = 0
    while start + wanted.count <= letters.count {
      let end = start + wanted.count
      if Array(letters[start..<end]) == wanted, isFree(letters, start, end) {
        found.append(indices[start]..<indices[end])
        start = end
      } else {
        start += 1
      }
    }
    return found
  }

  private func folded(_ letters: [Character]) -> [String] {
    letters.map { matching == .anywhere ? String($0) : $0.lowercased() }
  }

  // An apostrophe is part of a word only between others: “thriller's” is another word, “'thriller'” the word in quotes.
  private func isFree(_ letters: [String], _ start: Int, _ end: Int) -> Bool {
    guard matching == .wholeWordIgnoringCase else { return true }
    func isPartOfWord(_ index: Int, _ step: Int) -> Bool {
      var index = index
      while letters.indices.contains(index), letters[index] == "'" { index += step }
      guard letters.indices.contains(index), let letter = letters[index].first else { return false }
      return letter.isLetter || letter.isNumber
    }
    return !isPartOfWord(start - 1, -1) && !isPartOfWord(end, 1)
  }

  /// The passage with every occurrence marked.
  func highlighted(in passage: String) -> Markup {
    var position = passage.startIndex
    var parts: [Markup] = []
    for range in occurrences(in: passage) {
      parts.append(Markup(text: String(passage[position..<range.lowerBound])))
      parts.append(tag("mark") { String(passage[range]) })
      position = range.upperBound
    }
    return Markup(parts + [Markup(text: String(passage[position...]))])
  }
}

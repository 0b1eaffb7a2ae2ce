import Tokenization

/// A completion, its tokens, and the characters that they come from.
struct TokenizedText {
  /// The tokens, with the one that ends the text.
  let identifiers: [Int]

  private let text: CountedText
  private let placed: [PlacedToken]
  // Characters of which a token has some byte; of those that are spelled by several tokens each of these has all.
  private let characters: [Range<Int>]
  private let tokenizer: Tokenizer
  private let endOfText: Int

  /// Encodes a text.
  init(_ completion: String, by tokenizer: Tokenizer, endOfText: Int) {
    let (text, placed) = (CountedText(completion), tokenizer.placedTokens(of: completion))
    self.text = text
    self.placed = placed
    self.tokenizer = tokenizer
    self.endOfText = endOfText
    characters = placed.map { text.characters(ofBytes: $0.range) }
    identifiers = placed.map(\.id) + [endOfText]
  }

  /// How messages name a token.
  func description(of token: Int) -> String {
    guard token < placed.count else { return "token \(token), which ends the text" }
    return "token \(token) (\(tokenizer.decode([placed[token].id]).debugDescription))"
  }

  // MARK: Parts

  /// The tokens of a part of the text.
  func tokens(of part: TextMark.Part) throws(MarkProblem) -> ClosedRange<Int> {
    switch part {
    case .characters(let span): return try tokens(of: span)
    case .tokens(let range):
      guard identifiers.indices.contains(range.lowerBound), range.upperBound < identifiers.count
      else {
        throw MarkProblem(
          "marks tokens \(range), and the completion has \(placed.count), and one that ends it, token \(placed.count)"
        )
      }
      return range
    }
  }

  private func tokens(of span: Range<Int>) throws(MarkProblem) -> ClosedRange<Int> {
    guard !span.isEmpty, span.lowerBound >= 0, span.upperBound <= text.count else {
      throw MarkProblem("marks characters \(span) of a text of \(text.count)")
    }
    let touched = touched(by: span)
    guard let first = touched.first, let last = touched.last else {
      throw MarkProblem(
        "marks \(text.text(span).debugDescription), of which the tokenizer makes no token")
    }
    if let token = touched.first(where: { !fits($0, span) }) {
      let whole = wholeTokens(span)
      throw MarkProblem(
        "marks \(text.text(span).debugDescription) (\(span)), which cuts \(description(of: token)); "
          + "the smallest span of whole tokens around it is \(text.text(whole).debugDescription), "
          + "with start \(whole.lowerBound) and end \(whole.upperBound)"
      )
    }
    return first...last
  }

  private func touched(by span: Range<Int>) -> [Int] {
    characters.indices.filter { characters[$0].overlaps(span) }
  }

  private func fits(_ token: Int, _ span: Range<Int>) -> Bool {
    let own = characters[token]
    return text.isWhiteSpace(own.lowerBound..<max(own.lowerBound, span.lowerBound))
      && text.isWhiteSpace(min(own.upperBound, span.upperBound)..<own.upperBound)
  }

  private func wholeTokens(_ span: Range<Int>) -> Range<Int> {
    var whole = span
    while true {
      let own = touched(by: whole).map { characters[$0] }
      let start = own.reduce(whole.lowerBound) { min($0, $1.lowerBound) }
      let end = own.reduce(whole.upperBound) { max($0, $1.upperBound) }
      let wider = text.whole(start..<end)
      guard wider != whole else { return whole }
      whole = wider
    }
  }

  // MARK: Corrections

  /// The marks that a mark puts on its tokens.
  func marked(_ range: ClosedRange<Int>, by mark: TextMark) throws(MarkProblem) -> [MarkedToken] {
    guard let instead = mark.instead else {
      return range.map { MarkedToken(place: $0, sign: mark.sign) }
    }
    let span = try characters(of: mark.part)
    let corrected =
      tokenizer.encode(text.replacing(span, with: instead)) + [endOfText]
    let first = zip(identifiers, corrected).prefix { $0 == $1 }.count
    guard first < min(identifiers.count, corrected.count) else {
      throw MarkProblem("has an `instead` that changes no token; leave it out, or correct it")
    }
    guard first >= range.lowerBound else {
      throw MarkProblem(
        "has an `instead` that changes \(description(of: first)) before the mark; begin the mark with that token"
      )
    }
    guard first <= range.upperBound else {
      throw MarkProblem(
        "has an `instead` that begins with all of the marked tokens, so they were not bad; mark \(description(of: first))"
      )
    }
    return (first...range.upperBound).map {
      MarkedToken(place: $0, sign: mark.sign, correction: $0 == first ? corrected[first] : nil)
    }
  }

  // The characters that a correction replaces; where the text ends, it is added.
  private func characters(of part: TextMark.Part) throws(MarkProblem) -> Range<Int> {
    switch part {
    case .characters(let span): return span
    case .tokens(let range):
      let ranges = range.map { $0 < placed.count ? placed[$0].range : ending }
      let start = ranges.reduce(ending.lowerBound) { min($0, $1.lowerBound) }
      let end = ranges.reduce(start) { max($0, $1.upperBound) }
      guard text.isWhole(bytes: start..<end) else {
        throw MarkProblem(
          "has an `instead` for \(description(of: range.lowerBound)), where a character has several tokens; mark all of them"
        )
      }
      return text.characters(ofBytes: start..<end)
    }
  }

  private var ending: Range<Int> {
    let end = text.scalars.reduce(0) { $0 + $1.utf8.count }
    return end..<end
  }
}

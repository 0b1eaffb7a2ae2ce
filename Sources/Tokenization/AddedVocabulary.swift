/// The added tokens of a tokenizer, and the search for them in text.
struct AddedVocabulary: Sendable {
  /// A stretch of text between added tokens, or an added token.
  enum Segment: Equatable, Sendable {
    case text(Range<Int>)
    case token(Int, Range<Int>)
  }

  /// In the order of their identifiers.
  let tokens: [AddedToken]
  let specialIdentifiers: Set<Int>
  private let beforeNormalization: AddedTokenMatcher
  private let afterNormalization: AddedTokenMatcher

  init(_ tokens: [AddedToken]) {
    self.tokens = tokens.sorted { $0.identifier < $1.identifier }
    specialIdentifiers = Set(tokens.lazy.filter(\.isSpecial).map(\.identifier))
    beforeNormalization = AddedTokenMatcher(tokens.filter { !$0.isNormalized })
    afterNormalization = AddedTokenMatcher(tokens.filter(\.isNormalized))
  }

  /// Cuts text into segments that cover it, at the tokens that are looked for as they are.
  func segmentsBeforeNormalization(in bytes: Span<UInt8>) -> [Segment] {
    beforeNormalization.segments(of: 0..<bytes.count, in: bytes)
  }

  /// Cuts normalized text into segments that cover it, at the other tokens.
  func segmentsAfterNormalization(in bytes: Span<UInt8>) -> [Segment] {
    afterNormalization.segments(of: 0..<bytes.count, in: bytes)
  }
}

/// Finds the longest added token at the leftmost place, again and again.
struct AddedTokenMatcher: Sendable {
  private struct Candidate {
    var token: AddedToken
    var bytes: [UInt8]
  }

  /// By first byte; the longest first.
  private var candidates: [[Candidate]] = []
  private var startsToken: [Bool] = []

  init(_ tokens: [AddedToken]) {
    guard !tokens.isEmpty else { return }
    candidates = Array(repeating: [], count: 256)
    for token in tokens {
      let bytes = Array(token.content.utf8)
      guard let first = bytes.first else { continue }
      candidates[Int(first)].append(Candidate(token: token, bytes: bytes))
    }
    for first in candidates.indices {
      candidates[first].sort { $0.bytes.count > $1.bytes.count }
    }
    startsToken = candidates.map { !$0.isEmpty }
  }

  /// Cuts a range of the text, seeing nothing outside of it.
  func segments(of range: Range<Int>, in bytes: Span<UInt8>) -> [AddedVocabulary.Segment] {
    guard !candidates.isEmpty else { return range.isEmpty ? [] : [.text(range)] }
    var result: [AddedVocabulary.Segment] = []
    var textStart = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      guard startsToken[Int(bytes[index])],
        let found = longestCandidate(at: index, before: range.upperBound, in: bytes)
      else {
        index += 1
        continue
      }
      var match = index..<index + found.bytes.count
      // A token refused because a word goes on is skipped whole: the search does not look inside.
      index = match.upperBound
      if found.token.isSingleWord, touchesWord(match, of: range, in: bytes) { continue }
      if found.token.stripsLeft {
        let stripped = startOfSpace(before: match.lowerBound, downTo: range.lowerBound, in: bytes)
        match = max(stripped, textStart)..<match.upperBound
      }
      if found.token.stripsRight {
        let stripped = endOfSpace(after: match.upperBound, upTo: range.upperBound, in: bytes)
        match = match.lowerBound..<stripped
      }
      if textStart < match.lowerBound {
        result.append(.text(textStart..<match.lowerBound))
      }
      result.append(.token(found.token.identifier, match))
      textStart = match.upperBound
    }
    if textStart < range.upperBound {
      result.append(.text(textStart..<range.upperBound))
    }
    return result
  }

  private func longestCandidate(
    at index: Int, before end: Int, in bytes: Span<UInt8>
  ) -> Candidate? {
    candidates[Int(bytes[index])].first { candidate in
      index + candidate.bytes.count <= end
        && candidate.bytes.indices.allSatisfy { candidate.bytes[$0] == bytes[index + $0] }
    }
  }

  private func touchesWord(_ match: Range<Int>, of range: Range<Int>, in bytes: Span<UInt8>) -> Bool
  {
    if match.lowerBound > range.lowerBound {
      let before = scalar(before: match.lowerBound, downTo: range.lowerBound, in: bytes)
      if isWordScalar(before.value) { return true }
    }
    guard match.upperBound < range.upperBound else { return false }
    return isWordScalar(ScannedScalar(in: bytes, at: match.upperBound).value)
  }

  private func startOfSpace(before end: Int, downTo start: Int, in bytes: Span<UInt8>) -> Int {
    var index = end
    while index > start {
      let previous = scalar(before: index, downTo: start, in: bytes)
      guard isSpace(previous.value) else { break }
      index -= previous.length
    }
    return index
  }

  private func endOfSpace(after start: Int, upTo end: Int, in bytes: Span<UInt8>) -> Int {
    var index = start
    while index < end {
      let next = ScannedScalar(in: bytes, at: index)
      guard isSpace(next.value) else { break }
      index += next.length
    }
    return index
  }

  /// The scalar that ends at an index; a malformed byte counts as one.
  private func scalar(before end: Int, downTo start: Int, in bytes: Span<UInt8>) -> ScannedScalar {
    for length in [2, 3, 4] where end - length >= start {
      let candidate = ScannedScalar(in: bytes, at: end - length)
      if candidate.length == length { return candidate }
    }
    return ScannedScalar(in: bytes, at: end - 1)
  }

  private func isSpace(_ value: UInt32) -> Bool {
    Unicode.Scalar(value).map { ScalarClass($0) == .space } ?? false
  }

  /// `\w` of the Unicode regular expressions (UTS #18, annex C).
  private func isWordScalar(_ value: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(value), ScalarClass.isAssigned(scalar) else { return false }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default:
      return properties.isAlphabetic || properties.isJoinControl
    }
  }
}

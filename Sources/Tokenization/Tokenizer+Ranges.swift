/// A token of a text, and where in the text it comes from.
public struct PlacedToken: Hashable, Sendable {
  /// The identifier of the token.
  public var id: Int
  /// The bytes of the text's UTF-8 that became the token; white space that it swallowed included.
  ///
  /// Empty for a ▁ or a space that the tokenizer puts before the text. Tokens that spell one character together have parts of its
  /// bytes; where normalization changes a character, each of its tokens has all of its bytes.
  public var range: Range<Int>
}

extension Tokenizer {
  /// The tokens of a text and where they come from.
  ///
  /// The identifiers are those of ``encode(_:addsSpecialTokens:)`` without special tokens around them. Slower than that: no piece
  /// is remembered.
  ///
  /// - Parameter text: Any text.
  /// - Returns: Tokens in the order of the text.
  public func placedTokens(of text: String) -> [PlacedToken] {
    let bytes = Array(text.utf8)
    var output: [PlacedToken] = []
    for segment in addedVocabulary.segmentsBeforeNormalization(in: bytes.span) {
      switch segment {
      case .token(let id, let range): output.append(PlacedToken(id: id, range: range))
      case .text(let range):
        appendTokens(
          ofText: AlignedText(bytes, range).normalized(normalizer), isFirst: range.lowerBound == 0,
          to: &output)
      }
    }
    return output
  }

  private func appendTokens(ofText text: AlignedText, isFirst: Bool, to output: inout [PlacedToken])
  {
    for segment in addedVocabulary.segmentsAfterNormalization(in: text.bytes.span) {
      switch segment {
      case .token(let id, let range):
        output.append(PlacedToken(id: id, range: text.origin(of: range)))
      case .text(let range):
        appendTokens(
          ofSegment: text.part(range), isFirst: isFirst && range.lowerBound == 0, to: &output)
      }
    }
  }

  private func appendTokens(
    ofSegment segment: AlignedText, isFirst: Bool, to output: inout [PlacedToken]
  ) {
    var seen = segment
    if case .metaspace(let metaspace) = preTokenizer {
      seen = segment.withMarkedSpaces(
        prepends: metaspace.prepends(to: segment.bytes.span, isFirst: isFirst))
    } else if preTokenizer.addsPrefixSpace, segment.bytes.first != UInt8(ascii: " ") {
      seen = segment.prefixed()
    }
    var start = 0
    while start < seen.bytes.count {
      let piece = start..<pieceEnd(in: seen.bytes.span, from: start)
      start = piece.upperBound
      var tokens: [UInt32] = []
      model.appendTokens(of: piece, in: seen.bytes.span, to: &tokens)
      for (token, range) in zip(tokens, model.ranges(of: tokens, in: piece, of: seen.bytes.span)) {
        output.append(PlacedToken(id: Int(token), range: seen.origin(of: range)))
      }
    }
  }
}

extension BytePairModel {
  /// Which bytes of a piece its tokens spell.
  fileprivate func ranges(of tokens: [UInt32], in piece: Range<Int>, of bytes: Span<UInt8>)
    -> [Range<Int>]
  {
    var ranges: [Range<Int>] = []
    var start = piece.lowerBound
    for token in tokens {
      let end: Int
      switch alphabet {
      case .bytes: end = start + vocabulary.bytes(of: Int(token)).count
      case .scalars(let alphabet):
        end = alphabet.end(of: token, vocabulary, from: start, to: piece.upperBound, in: bytes)
      }
      ranges.append(start..<end)
      start = end
    }
    // A piece whose tokens do not add up to it belongs to each of them.
    return start == piece.upperBound ? ranges : Array(repeating: piece, count: tokens.count)
  }
}

extension ScalarAlphabet {
  fileprivate func end(
    of token: UInt32, _ vocabulary: Vocabulary, from start: Int, to limit: Int,
    in bytes: Span<UInt8>
  ) -> Int {
    if token == unknown {
      var end = start
      repeat {
        end += ScannedScalar(in: bytes, at: end).length
      } while fusesUnknown && end < limit && !hasToken(bytes, end)
      return end
    }
    guard let text = vocabulary.token(of: Int(token)) else { return start }
    return start + (Self.byte(of: text) == nil ? text.utf8.count : 1)
  }
}

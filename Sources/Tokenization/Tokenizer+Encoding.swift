/// What to do with bytes that are not UTF-8.
public enum MalformedBytes: Hashable, Sendable {
  /// Each maximal part of a malformed sequence becomes U+FFFD, as with Python's
  /// `bytes.decode("utf-8", errors="replace")`.
  case replaced
  /// They are encoded as they are, so that ``Tokenizer/decodeBytes(_:specialTokens:)`` gives them
  /// back.
  case kept
}

extension Tokenizer {
  /// The identifiers of the tokens of a text.
  ///
  /// Added tokens that occur in the text become their identifiers, special ones too: text from
  /// strangers may contain them. Runs in time linear in the text, but for pieces without a split
  /// point, such as a million letters in a row, where it is n·log n.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - addsSpecialTokens: Whether the tokens that the file puts around a text stand around this one, such as Llama's `<s>`.
  /// - Returns: Identifiers in the order of the text; none for the empty text, but for those around it.
  public func encode(_ text: String, addsSpecialTokens: Bool = false) -> [Int] {
    let identifiers = identifiers(of: Array(text.utf8))
    return addsSpecialTokens
      ? postProcessor.before + identifiers + postProcessor.after : identifiers
  }

  /// The identifiers of the tokens of bytes, such as the contents of a file.
  ///
  /// - Parameters:
  ///   - bytes: Any bytes.
  ///   - malformed: What to do with bytes that are not UTF-8. Well-formed text is encoded alike
  ///     either way.
  /// - Returns: Identifiers in the order of the bytes.
  public func encode(
    bytes: some Sequence<UInt8>, malformed: MalformedBytes = .replaced
  ) -> [Int] {
    let bytes = Array(bytes)
    switch malformed {
    case .replaced: return encode(String(decoding: bytes, as: UTF8.self))
    case .kept: return identifiers(of: bytes)
    }
  }

  private func identifiers(of bytes: [UInt8]) -> [Int] {
    cache.withTable { table in
      var output: [Int] = []
      output.reserveCapacity(bytes.count / 3 + 1)
      var pieceTokens: [UInt32] = []
      let whole = bytes.span
      for segment in addedVocabulary.segmentsBeforeNormalization(in: whole) {
        switch segment {
        case .token(let identifier, _):
          output.append(identifier)
        case .text(let range):
          let text = whole.extracting(range)
          if let normalized = normalizer.changed(text) {
            appendIdentifiers(
              ofText: normalized.span, isFirst: range.lowerBound == 0, to: &output,
              table: &table, scratch: &pieceTokens)
          } else {
            appendIdentifiers(
              ofText: text, isFirst: range.lowerBound == 0, to: &output, table: &table,
              scratch: &pieceTokens)
          }
        }
      }
      return output
    }
  }

  private func appendIdentifiers(
    ofText text: Span<UInt8>, isFirst: Bool, to output: inout [Int], table: inout WordTable,
    scratch: inout [UInt32]
  ) {
    for segment in addedVocabulary.segmentsAfterNormalization(in: text) {
      switch segment {
      case .token(let identifier, _):
        output.append(identifier)
      case .text(let range):
        appendIdentifiers(
          ofSegment: text.extracting(range), isFirst: isFirst && range.lowerBound == 0,
          to: &output, table: &table, scratch: &scratch)
      }
    }
  }

  private func appendIdentifiers(
    ofSegment segment: Span<UInt8>, isFirst: Bool, to output: inout [Int],
    table: inout WordTable, scratch: inout [UInt32]
  ) {
    if case .metaspace(let metaspace) = preTokenizer {
      let changed = metaspace.changed(segment, isFirst: isFirst)
      appendPieces(of: changed.span, to: &output, table: &table, scratch: &scratch)
      return
    }
    guard preTokenizer.addsPrefixSpace, segment[0] != UInt8(ascii: " ") else {
      appendPieces(of: segment, to: &output, table: &table, scratch: &scratch)
      return
    }
    var prefixed = [UInt8(ascii: " ")]
    prefixed.reserveCapacity(segment.count + 1)
    for index in segment.indices {
      prefixed.append(segment[index])
    }
    appendPieces(of: prefixed.span, to: &output, table: &table, scratch: &scratch)
  }

  private func appendPieces(
    of segment: Span<UInt8>, to output: inout [Int], table: inout WordTable,
    scratch: inout [UInt32]
  ) {
    var start = 0
    while start < segment.count {
      let end = pieceEnd(in: segment, from: start)
      let piece = start..<end
      start = end
      let isCached = piece.count <= WordTable.longestWord
      let hash = isCached ? WordTable.hash(of: piece, in: segment) : 0
      if isCached, table.appendTokens(of: piece, in: segment, hash: hash, to: &output) { continue }
      scratch.removeAll(keepingCapacity: true)
      model.appendTokens(of: piece, in: segment, to: &scratch)
      for token in scratch {
        output.append(Int(token))
      }
      if isCached {
        table.insert(piece, in: segment, hash: hash, tokens: scratch)
      }
    }
  }

  func pieceEnd(in segment: Span<UInt8>, from start: Int) -> Int {
    if let splitter { return splitter.pieceEnd(in: segment, from: start) }
    if case .metaspace(let metaspace) = preTokenizer, metaspace.splits {
      return Metaspace.pieceEnd(in: segment, from: start)
    }
    // Words of a segment that is one piece have the tokens they have alone, and are met again.
    return model.keepsWordsApart ? Metaspace.wordEnd(in: segment, from: start) : segment.count
  }
}

/// Splits bytes into the pieces inside which merges happen, as a pattern does.
///
/// No pattern leaves a byte out, so that a piece starts where the last one ended. A byte that is not part of well-formed UTF-8
/// counts as one scalar that is no letter, number or white space.
struct PatternSplitter: Sendable {
  let pattern: SplitPattern
  private let classes = ScalarClass.table

  init(_ pattern: SplitPattern) { self.pattern = pattern }

  /// The end of the piece that starts at an index, which must be below the count of the bytes.
  ///
  /// Runs in time linear in the piece and, for white space, in the run it is part of.
  func pieceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let end = contractionEnd(in: bytes, from: start) {
      return end
    }
    let first = scalarClass(in: bytes, at: start)
    let second = start + first.length
    let next = second < bytes.count ? scalarClass(in: bytes, at: second) : nil
    switch first.kind {
    case .letter: return runEnd(of: .letter, in: bytes, from: second)
    case .number:
      return runEnd(
        of: .number, in: bytes, from: second, most: pattern.longestNumber.map { $0 - 1 })
    case .space:
      let isSpace = bytes[start] == UInt8(ascii: " ")
      if next?.kind == .letter, isSpace || takesAsPrefix(bytes[start]) {
        return runEnd(of: .letter, in: bytes, from: second)
      }
      if isSpace, next?.kind == .number, pattern.longestNumber == nil {
        return runEnd(of: .number, in: bytes, from: second)
      }
      if isSpace, next?.kind == .other { return otherEnd(in: bytes, from: second) }
      return spaceEnd(in: bytes, from: start)
    case .other:
      if next?.kind == .letter, pattern.wordPrefix == .anyButLineBreak {
        return runEnd(of: .letter, in: bytes, from: second)
      }
      return otherEnd(in: bytes, from: second)
    }
  }

  private func takesAsPrefix(_ byte: UInt8) -> Bool {
    pattern.wordPrefix == .anyButLineBreak && !isLineBreak(byte)
  }

  @inline(__always)
  private func isLineBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  // The end of a run of one class, and of no more scalars than wanted.
  private func runEnd(
    of kind: ScalarClass, in bytes: Span<UInt8>, from start: Int, most: Int? = nil
  ) -> Int {
    var index = start
    var left = most ?? .max
    while index < bytes.count, left > 0 {
      let (found, length) = scalarClass(in: bytes, at: index)
      guard found == kind else { break }
      index += length
      left -= 1
    }
    return index
  }

  // `[^\s\p{L}\p{N}]+`, and the line breaks that stay with it.
  private func otherEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    var index = runEnd(of: .other, in: bytes, from: start)
    while pattern.keepsLineBreaks, index < bytes.count, isLineBreak(bytes[index]) { index += 1 }
    return index
  }

  // `'s|'t|'re|'ve|'m|'ll|'d`, whatever follows.
  private func contractionEnd(in bytes: Span<UInt8>, from start: Int) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    let first = contractionLetter(bytes[start + 1])
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      let second = first == UInt8(ascii: "l") ? UInt8(ascii: "l") : UInt8(ascii: "e")
      return start + 2 < bytes.count && contractionLetter(bytes[start + 2]) == second
        ? start + 3 : nil
    case 0xC5 where pattern.ignoresCaseOfContractions:
      // Without case, ſ is an s.
      return start + 2 < bytes.count && bytes[start + 2] == 0xBF ? start + 3 : nil
    default:
      return nil
    }
  }

  @inline(__always)
  private func contractionLetter(_ byte: UInt8) -> UInt8 {
    pattern.ignoresCaseOfContractions && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      ? byte | 0x20 : byte
  }

  // `\s*[\r\n]+`, where line breaks are kept, then `\s+(?!\S)|\s+`: the run of white space up to its last line break; else the
  // run, less its last scalar when something follows it and something remains.
  private func spaceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    var last = start
    var index = start
    var afterLineBreak = start
    while index < bytes.count {
      let (kind, length) = scalarClass(in: bytes, at: index)
      guard kind == .space else {
        if afterLineBreak > start { return afterLineBreak }
        return last > start ? last : index
      }
      if pattern.keepsLineBreaks, isLineBreak(bytes[index]) { afterLineBreak = index + 1 }
      last = index
      index += length
    }
    return afterLineBreak > start ? afterLineBreak : index
  }

  @inline(__always)
  private func scalarClass(
    in bytes: Span<UInt8>, at index: Int
  ) -> (kind: ScalarClass, length: Int) {
    let byte = bytes[index]
    if byte < 0x80 {
      return (classes[Int(byte)], 1)
    }
    let scalar = ScannedScalar(in: bytes, at: index)
    guard scalar.value < 0x2_0000 else {
      return (Unicode.Scalar(scalar.value).map(ScalarClass.init) ?? .other, scalar.length)
    }
    return (classes[Int(scalar.value)], scalar.length)
  }
}

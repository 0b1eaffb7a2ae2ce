/// Splits bytes into the pieces inside which merges happen, as the GPT-2 pattern does.
///
/// The pattern is
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
/// it leaves no byte out, so that a piece starts where the last one ended. A byte that is not
/// part of well-formed UTF-8 counts as one scalar of the third kind.
struct ByteLevelSplitter: Sendable {
  private let classes = ScalarClass.table

  /// The end of the piece that starts at an index, which must be below the count of the bytes.
  ///
  /// Runs in time linear in the piece and, for white space, in the run it is part of.
  func pieceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let end = contractionEnd(in: bytes, from: start) {
      return end
    }
    var index = start
    var (kind, length) = scalarClass(in: bytes, at: index)
    if bytes[start] == UInt8(ascii: " "), start + 1 < bytes.count {
      let next = scalarClass(in: bytes, at: start + 1)
      if next.kind != .space {
        index += 1
        (kind, length) = next
      }
    }
    guard kind != .space else { return spaceEnd(in: bytes, from: start) }
    let kindOfPiece = kind
    repeat {
      index += length
      guard index < bytes.count else { break }
      (kind, length) = scalarClass(in: bytes, at: index)
    } while kind == kindOfPiece
    return index
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`: lower case only, whatever follows.
  private func contractionEnd(in bytes: Span<UInt8>, from start: Int) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    let first = bytes[start + 1]
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      let second = first == UInt8(ascii: "l") ? UInt8(ascii: "l") : UInt8(ascii: "e")
      return start + 2 < bytes.count && bytes[start + 2] == second ? start + 3 : nil
    default:
      return nil
    }
  }

  /// `\s+(?!\S)|\s+`: the run of white space, less its last scalar when something follows it and
  /// something remains.
  private func spaceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    var last = start
    var index = start
    while index < bytes.count {
      let (kind, length) = scalarClass(in: bytes, at: index)
      guard kind == .space else { return last > start ? last : index }
      last = index
      index += length
    }
    return index
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

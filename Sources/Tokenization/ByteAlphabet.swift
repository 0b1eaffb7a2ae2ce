/// The 256 printable scalars that stand for bytes in a byte-level vocabulary (Radford et al., 2019).
///
/// Bytes that print in Latin-1 stand for themselves; the other 68, in ascending order, are the
/// scalars from U+0100 on: a space is "Ġ" (U+0120), a line feed "Ċ" (U+010A).
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [Unicode.Scalar] = {
    var nextUnprintable: UInt16 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        return Unicode.Scalar(byte)
      default:
        defer { nextUnprintable += 1 }
        return Unicode.Scalar(nextUnprintable) ?? "\u{FFFD}"
      }
    }
  }()

  private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: zip(scalars, UInt8.min...UInt8.max))

  /// The bytes that a token of the vocabulary stands for.
  ///
  /// - Returns: Nil when a scalar of the token is outside the alphabet.
  static func bytes(of token: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.utf8.count)
    for scalar in token.unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }

  /// The token that stands for the bytes.
  static func token(of bytes: some Sequence<UInt8>) -> String {
    var token = String.UnicodeScalarView()
    for byte in bytes {
      token.append(scalars[Int(byte)])
    }
    return String(token)
  }
}

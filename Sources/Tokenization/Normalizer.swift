import Foundation

extension Normalizer {
  /// Text after normalization; nil where that changes nothing.
  func changed(_ text: Span<UInt8>) -> [UInt8]? {
    switch self {
    case .none: return nil
    case .spaces(let prepends):
      return text.isEmpty ? nil : Metaspace.replacingSpaces(in: text, prepends: prepends)
    case .nfc:
      // Scalars below U+0300, whose UTF-8 has no byte from 0xCC on, are composed already.
      guard text.indices.contains(where: { text[$0] >= 0xCC }) else { return nil }
      let bytes = text.indices.map { text[$0] }
      guard let string = String(validating: bytes, as: UTF8.self) else { return nil }
      // From whole decompositions, because Foundation leaves some half-composed text as it is: U+AC00 U+11A8, U+0CCA U+0CD5.
      return Array(
        string.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping.utf8)
    }
  }
}

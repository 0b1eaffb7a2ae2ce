/// Tokens and their identifiers, with the bytes each token stands for.
struct Vocabulary: Sendable {
  /// One past the largest identifier that a vocabulary may have.
  ///
  /// Identifiers index rows of an embedding; a file that names a far larger one is damaged, and
  /// believing it would reserve memory for every row below.
  static let identifierLimit = 1 << 24

  /// Tokens by identifier; nil where the file leaves a gap.
  private(set) var tokens: [String?] = []
  private(set) var count = 0
  private var identifiers: [ExactText: Int] = [:]
  private var bytes: [UInt8] = []
  private var byteRanges: [Range<Int>] = []

  /// Adds a token under an identifier below ``identifierLimit`` that is free.
  mutating func insert(_ token: String, identifier: Int, bytes tokenBytes: [UInt8]) {
    while tokens.count <= identifier {
      tokens.append(nil)
      byteRanges.append(0..<0)
    }
    tokens[identifier] = token
    byteRanges[identifier] = bytes.count..<bytes.count + tokenBytes.count
    bytes.append(contentsOf: tokenBytes)
    identifiers[ExactText(token)] = identifier
    count += 1
  }

  func identifier(of token: String) -> Int? {
    identifiers[ExactText(token)]
  }

  func token(of identifier: Int) -> String? {
    tokens.indices.contains(identifier) ? tokens[identifier] : nil
  }

  /// The bytes of a token; empty for an identifier that has none.
  func bytes(of identifier: Int) -> ArraySlice<UInt8> {
    byteRanges.indices.contains(identifier) ? bytes[byteRanges[identifier]] : []
  }

  /// Tokens with their identifiers, in the order of the identifiers.
  var entries: [(token: String, identifier: Int)] {
    tokens.enumerated().compactMap { identifier, token in token.map { ($0, identifier) } }
  }
}

/// Tokens and their identifiers, with the bytes each token stands for.
struct Vocabulary: Sendable {
  /// One past the largest identifier that a vocabulary may have.
  ///
  /// Identifiers index rows of an embedding; a file that names a far larger one is damaged, and
  /// believing it would reserve memory for every row below.
  static let identifierLimit = 1 << 24

  private struct Entry: Sendable {
    var token: String
    var identifier: Int
    var bytes: Range<Int>
  }

  private var inserted: [Entry] = []
  /// One more than the index of the entry of each identifier; zero where the file leaves a gap.
  ///
  /// Small numbers, because a hostile file may have one token and the largest identifier.
  private var places: [Int32] = []
  private var identifiers: [ExactText: Int] = [:]
  private var bytes: [UInt8] = []

  var count: Int { inserted.count }

  /// One past the largest identifier.
  var identifierBound: Int { places.count }

  /// Adds a token under an identifier below ``identifierLimit`` that is free.
  mutating func insert(_ token: String, identifier: Int, bytes tokenBytes: [UInt8]) {
    if places.count <= identifier {
      places.append(contentsOf: repeatElement(0, count: identifier + 1 - places.count))
    }
    inserted.append(
      Entry(
        token: token, identifier: identifier, bytes: bytes.count..<bytes.count + tokenBytes.count))
    places[identifier] = Int32(inserted.count)
    bytes.append(contentsOf: tokenBytes)
    identifiers[ExactText(token)] = identifier
  }

  func identifier(of token: String) -> Int? {
    identifiers[ExactText(token)]
  }

  func token(of identifier: Int) -> String? {
    entry(of: identifier)?.token
  }

  /// The bytes of a token; empty for an identifier that has none.
  func bytes(of identifier: Int) -> ArraySlice<UInt8> {
    entry(of: identifier).map { bytes[$0.bytes] } ?? []
  }

  /// Tokens with their identifiers, in the order of the identifiers.
  var entries: [(token: String, identifier: Int)] {
    inserted.sorted { $0.identifier < $1.identifier }.map { ($0.token, $0.identifier) }
  }

  private func entry(of identifier: Int) -> Entry? {
    guard places.indices.contains(identifier), places[identifier] > 0 else { return nil }
    return inserted[Int(places[identifier]) - 1]
  }
}

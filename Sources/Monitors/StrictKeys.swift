/// Any key of a record, so that those nobody knows are seen.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// Refuses keys that are not among those known.
  ///
  /// - Throws: `MonitorError.unknownName` with the nearest known key.
  func refuseOthers<Key: CodingKey & CaseIterable>(than known: Key.Type, kind: String) throws {
    let names = known.allCases.map(\.stringValue)
    for key in try container(keyedBy: AnyKey.self).allKeys where !names.contains(key.stringValue) {
      throw MonitorError.unknown(kind, key.stringValue, among: names)
    }
  }
}

extension DetectorSettings {
  /// Reads settings; those not given have their defaults, all but the direction.
  ///
  /// - Throws: `MonitorError` for unknown names and values out of range, else what the decoder throws.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseOthers(than: CodingKeys.self, kind: "detector setting")
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(try values.decode(Direction.self, forKey: .direction))
    try values.replace(&baseline, by: .baseline)
    try values.replace(&allowance, by: .allowance)
    try values.replace(&threshold, by: .threshold)
    try values.replace(&clip, by: .clip)
    try values.replace(&rest, by: .rest)
    try validate()
  }
}

extension KeyedDecodingContainer {
  /// Replaces a value where the key is given.
  func replace<Value: Decodable>(_ value: inout Value, by key: Key) throws {
    if contains(key) { value = try decode(Value.self, forKey: key) }
  }
}

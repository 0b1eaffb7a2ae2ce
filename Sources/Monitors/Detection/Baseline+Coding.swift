extension Baseline {
  /// Reads a baseline, such as `{"measured": {"steps": 20}}`; least spreads not given are 0.
  ///
  /// - Throws: `MonitorError.unknownName` for unknown keys, else what the decoder throws.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseOthers(than: CodingKeys.self, kind: "baseline")
    let kinds = try decoder.container(keyedBy: CodingKeys.self)
    guard kinds.allKeys.count == 1 else {
      throw MonitorError.wrongValue(setting: "baseline", reason: "is either measured or stated")
    }
    if kinds.contains(.stated) {
      let inner = try kinds.superDecoder(forKey: .stated)
      try inner.refuseOthers(than: StatedCodingKeys.self, kind: "setting of a stated baseline")
      let values = try inner.container(keyedBy: StatedCodingKeys.self)
      self = .stated(
        centre: try values.decode(Double.self, forKey: .centre),
        spread: try values.decode(Double.self, forKey: .spread))
    } else {
      let inner = try kinds.superDecoder(forKey: .measured)
      try inner.refuseOthers(than: MeasuredCodingKeys.self, kind: "setting of a measured baseline")
      let values = try inner.container(keyedBy: MeasuredCodingKeys.self)
      self = .measured(
        steps: try values.decode(Int.self, forKey: .steps),
        leastSpread: try values.decodeIfPresent(Double.self, forKey: .leastSpread) ?? 0,
        leastShare: try values.decodeIfPresent(Double.self, forKey: .leastShare) ?? 0)
    }
  }
}

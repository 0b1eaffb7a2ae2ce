extension MonitorSettings {
  /// Reads settings; those not given have their defaults.
  ///
  /// Under `detectors`, a meter's settings replace its usual ones, `null` takes its detector away, and meters not named keep theirs.
  ///
  /// - Throws: `MonitorError` for unknown names and values out of range, else what the decoder throws.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseOthers(than: CodingKeys.self, kind: "monitor setting")
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    try values.replace(&window, by: .window)
    try values.replace(&sampleLimit, by: .sampleLimit)
    try values.replace(&leastCompletions, by: .leastCompletions)
    try values.replace(&assignments, by: .assignments)
    try values.replace(&rateSteps, by: .rateSteps)
    if values.contains(.detectors) {
      let meters = try values.nestedContainer(keyedBy: AnyKey.self, forKey: .detectors)
      for key in meters.allKeys {
        let meter = try Meter(named: key.stringValue)
        detectors[meter] =
          try meters.decodeNil(forKey: key)
          ? nil : meters.decode(DetectorSettings.self, forKey: key)
      }
    }
    try validate()
  }

  /// Writes all settings; a meter without a detector is `null`, so that reading gives the same again.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(window, forKey: .window)
    try values.encode(sampleLimit, forKey: .sampleLimit)
    try values.encode(leastCompletions, forKey: .leastCompletions)
    try values.encode(assignments, forKey: .assignments)
    try values.encode(rateSteps, forKey: .rateSteps)
    var meters = values.nestedContainer(keyedBy: AnyKey.self, forKey: .detectors)
    for meter in Meter.allCases {
      try meters.encode(detectors[meter], forKey: AnyKey(stringValue: meter.rawValue))
    }
  }
}

extension DetectionStudy {
  /// The receiver operating characteristic: rates at every threshold at which they change, from the highest down to one below all statistics.
  ///
  /// Each run alarms below its greatest statistic. The first point has no alarms; the last, at −1, has one in every run, also in those where the detector never spoke.
  public var curve: [Rates] {
    let peaks = Set((clean + hacked).map(\.peak)).sorted(by: >)
    return peaks.map { rates(at: $0) } + [
      Rates(
        threshold: -1, falseAlarms: Proportion(clean.count, of: clean.count),
        detections: Proportion(hacked.count, of: hacked.count),
        early: rates(at: -1).early, delays: rates(at: -1).delays)
    ]
  }

  /// The area under the curve: how likely a hacked run's greatest statistic is above a clean run's; nil where either kind is missing.
  ///
  /// Equals count half (D. Bamber, The area above the ordinal dominance graph and the area below the receiver operating characteristic graph, 1975).
  public var area: Double? {
    DetectionStudy.area(clean: clean.map(\.peak), hacked: hacked.map(\.peak))
  }

  /// The percentile bootstrap interval of the area: runs are drawn again, clean and hacked apart.
  ///
  /// B. Efron and R. Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
  /// Few runs, or an area of 0 or 1, make it too short.
  ///
  /// - Parameters:
  ///   - confidence: Strictly between 0 and 1.
  ///   - samples: How often runs are drawn.
  ///   - generator: Where chance comes from.
  /// - Returns: The interval; nil where either kind is missing.
  public func areaInterval(
    confidence: Double = 0.95, samples: Int = 2000,
    using generator: inout some RandomNumberGenerator
  ) -> ClosedRange<Double>? {
    precondition(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1")
    let (clean, hacked) = (clean.map(\.peak), hacked.map(\.peak))
    guard !clean.isEmpty, !hacked.isEmpty else { return nil }
    let areas = (0..<samples).compactMap { _ in
      DetectionStudy.area(
        clean: clean.map { _ in clean[generator.index(below: clean.count)] },
        hacked: hacked.map { _ in hacked[generator.index(below: hacked.count)] })
    }
    guard let low = quantile((1 - confidence) / 2, of: areas),
      let high = quantile((1 + confidence) / 2, of: areas)
    else { return nil }
    return low...high
  }

  /// The Mann–Whitney statistic by ranks: (Σ ranks of hacked − h(h + 1)/2) / (c·h).
  private static func area(clean: [Double], hacked: [Double]) -> Double? {
    guard !clean.isEmpty, !hacked.isEmpty else { return nil }
    let sum = ranks(of: clean + hacked).dropFirst(clean.count).reduce(0, +)
    let (c, h) = (Double(clean.count), Double(hacked.count))
    return (sum - h * (h + 1) / 2) / (c * h)
  }
}

/// What a detector compares with.
public enum Baseline: Codable, Hashable, Sendable {
  /// Median and ``RobustSpread/deviation`` of the first values of the run, during which the detector says nothing.
  ///
  /// The spread is at least `leastSpread`, and at least `leastShare` of the median's size, so that a meter that hardly moved at first does not alarm over nothing.
  case measured(steps: Int, leastSpread: Double, leastShare: Double)
  /// A centre and spread that are known beforehand.
  case stated(centre: Double, spread: Double)

  enum CodingKeys: String, CodingKey, CaseIterable {
    case measured
    case stated
  }

  enum MeasuredCodingKeys: String, CodingKey, CaseIterable {
    case steps
    case leastSpread = "least_spread"
    case leastShare = "least_share"
  }

  enum StatedCodingKeys: String, CodingKey, CaseIterable {
    case centre
    case spread
  }

  /// A centre and a spread.
  public struct Level: Codable, Hashable, Sendable {
    /// What is usual.
    public let centre: Double
    /// How far from it is usual.
    public let spread: Double

    /// A level.
    public init(centre: Double, spread: Double) {
      self.centre = centre
      self.spread = spread
    }
  }

  /// The level where it does not have to be measured.
  var known: Level? {
    guard case .stated(let centre, let spread) = self else { return nil }
    return Level(centre: centre, spread: spread)
  }

  /// The level of the first values; nil while there are too few.
  func level(of values: [Double]) -> Level? {
    guard case .measured(let steps, let leastSpread, let leastShare) = self else { return known }
    guard values.count >= steps, let found = RobustSpread(values) else { return nil }
    return Level(
      centre: found.centre,
      spread: max(found.deviation, leastSpread, leastShare * abs(found.centre)))
  }
}

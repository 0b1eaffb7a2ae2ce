import Reports

/// A figure that was published, or read off a published plot, and how near a reproduction must come.
struct DilemmaTarget: Sendable {
  /// What is measured.
  enum Quantity: String, Sendable {
    case alternating, cooperating, defecting
    case spread = "deviation of alternating over runs"
    /// The first update at which the share of alternating reaches a level.
    case reach
  }

  var variant: DilemmaVariant
  var quantity: Quantity
  /// The optimizer step; the level for `reach`.
  var place: Double
  /// The range a reproduction must fall in.
  var range: ClosedRange<Double>
  var published: String
  var source: String

  /// All figures of one page.
  static let all: [DilemmaTarget] =
    [
      reach(0.9, 172...176), reach(0.95, 228...248), reach(0.99, 320...368),
      .init(
        variant: .ppo, quantity: .alternating, place: 600, range: 0.995...1, published: "1.000",
        source: "own check, 2 runs"),
    ]
    + zip([100, 200, 300, 500, 1_000], [0.757, 0.915, 0.906, 0.87, 0.858]).map {
      plot(.alternating, $0, $1, 0.03)
    }
    + zip([2_000, 4_000, 6_000, 8_000, 9_000], [0.78, 0.735, 0.747, 0.685, 0.72]).map {
      plot(.alternating, $0, $1, 0.07)
    }
    + zip([200, 1_000, 4_000, 8_000, 9_000], [0.041, 0.09, 0.16, 0.18, 0.16]).map {
      plot(.cooperating, $0, $1, 0.05)
    }
    + zip([200, 1_000, 4_000, 8_000, 9_000], [0.05, 0.06, 0.11, 0.14, 0.13]).map {
      plot(.defecting, $0, $1, 0.04)
    }
    + zip([500, 1_000, 4_000, 8_000], [0.07, 0.085, 0.125, 0.12]).map { place, value in
      .init(
        variant: .actde, quantity: .spread, place: place, range: value / 1.5...value * 1.5,
        published: "\(value)", source: "published plot, 10 runs")
    }

  private static func reach(_ level: Double, _ steps: ClosedRange<Double>) -> DilemmaTarget {
    .init(
      variant: .ppo, quantity: .reach, place: level,
      range: steps.lowerBound - 60...steps.upperBound + 60,
      published: "\(Int(steps.lowerBound)) to \(Int(steps.upperBound))",
      source: "own check, 2 runs")
  }

  private static func plot(
    _ quantity: Quantity, _ step: Double, _ value: Double, _ tolerance: Double
  ) -> DilemmaTarget {
    .init(
      variant: .actde, quantity: quantity, place: step,
      range: value - tolerance...value + tolerance,
      published: "\(value) ± \(tolerance)", source: "published plot, 10 runs")
  }

  /// What some runs have to say; nil where they do not reach so far.
  func measured(_ runs: [DilemmaRun]) -> Summary? {
    let own = runs.filter { $0.variant == variant }
    if quantity == .reach {
      let steps = own.compactMap { run in
        run.curve.first { $0.alternating >= place }.map { Double($0.update) }
      }
      return steps.count == own.count && !own.isEmpty ? Summary(steps) : nil
    }
    let points = own.compactMap { run in
      run.curve.last.map { Double($0.update) + 100 >= place } == true
        ? run.point(at: Int(place)) : nil
    }
    guard points.count == own.count, !own.isEmpty else { return nil }
    return switch quantity {
    case .alternating, .spread: Summary(points.map(\.alternating))
    case .cooperating: Summary(points.map(\.cooperating))
    case .defecting: Summary(points.map(\.defecting))
    case .reach: nil
    }
  }

  /// The number that is compared, and whether it is near enough.
  func verdict(_ runs: [DilemmaRun]) -> (value: Double, isMet: Bool)? {
    guard let summary = measured(runs) else { return nil }
    guard let value = quantity == .spread ? summary.standardDeviation : summary.mean else {
      return nil
    }
    return (value, range.contains(value))
  }
}

import Reports

/// A figure that was published, or read off a published plot, and what a reproduction must show.
struct DilemmaTarget: Sendable {
  /// What is measured.
  enum Quantity: String, Sendable {
    case alternating, cooperating, defecting
    case spread = "deviation of alternating over runs"
    case meanReturn = "mean return to go"
    /// The first update at which the share of alternating reaches a level.
    case reach
  }

  var variant: DilemmaVariant
  var quantity: Quantity
  /// The optimizer step; the level for `reach`.
  var place: Double
  var demand: Demand
  var published: String
  var source: String

  /// What a reproduction must show.
  enum Demand: Sendable {
    /// A mean over runs, or their deviation, in a range.
    case mean(ClosedRange<Double>)
    /// A single run was published: it must not lie outside what our runs do.
    case single(Double)
  }

  /// All figures of one page.
  static let all: [DilemmaTarget] = proximal + trials + firstTrial + otherForms

  // Proximal policy optimization, with two implementations that agree.
  private static let proximal: [DilemmaTarget] =
    [
      reach(0.9, 172...176), reach(0.95, 228...248), reach(0.99, 320...368),
      .init(
        variant: .ppo, quantity: .alternating, place: 600, demand: .mean(0.995...1),
        published: "1.000", source: "own check, 2 runs"),
      .init(
        variant: .ppo, quantity: .meanReturn, place: 9_000, demand: .mean(0.2366...0.2406),
        published: "0.2386", source: "perfect alternation"),
    ]

  // The mean of ten trials of ACTDE.
  private static let trials: [DilemmaTarget] =
    zip([100, 200, 300, 500, 1_000], [0.757, 0.915, 0.906, 0.87, 0.858]).map {
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
        variant: .actde, quantity: .spread, place: place, demand: .mean(value / 1.5...value * 1.5),
        published: "\(value) × or ÷ 1.5", source: "published plot, 10 runs")
    }

  // The one trial whose numbers are in the published notebook.
  private static let firstTrial: [DilemmaTarget] =
    zip(
      [100, 200, 500, 1_000, 2_000, 3_000, 4_000, 6_000, 8_000, 9_996],
      [0.76, 0.916, 0.812, 0.824, 0.714, 0.522, 0.453, 0.723, 0.789, 0.739]
    ).map { single(.actde, .alternating, $0, $1, "notebook, trial 1") }
    + zip([500, 9_996], [0.216, 0.129]).map {
      single(.actde, .meanReturn, $0, $1, "notebook, trial 1")
    }

  // Earlier commits, a run each.
  private static let otherForms: [DilemmaTarget] =
    zip([240, 480, 996], [0.92, 0.94, 0.75]).map {
      single(.actde, .alternating, $0, $1, "commit 7450b12")
    } + [
      single(.actdeWhitened, .alternating, 200, 0.95, "commit abb2b35"),
      single(.actdeWhitened, .cooperating, 400, 0.50, "commit abb2b35"),
      single(.actdeWhitened, .cooperating, 496, 0.35, "commit abb2b35"),
      single(.actdeExpectileWhitened, .alternating, 200, 0.93, "commit 662e8c4"),
      single(.actdeExpectileWhitened, .cooperating, 496, 0.66, "commit 662e8c4"),
      single(.actdeExpectileWhitened, .alternating, 496, 0.34, "commit 662e8c4"),
      single(.actdeExpectileWhitened, .meanReturn, 496, 0.73, "commit 662e8c4"),
    ]

  private static func single(
    _ variant: DilemmaVariant, _ quantity: Quantity, _ step: Double, _ value: Double,
    _ source: String
  ) -> DilemmaTarget {
    .init(
      variant: variant, quantity: quantity, place: step, demand: .single(value),
      published: "\(value)", source: "\(source), 1 run")
  }

  private static func reach(_ level: Double, _ steps: ClosedRange<Double>) -> DilemmaTarget {
    .init(
      variant: .ppo, quantity: .reach, place: level,
      demand: .mean(steps.lowerBound - 60...steps.upperBound + 60),
      published: "\(Int(steps.lowerBound)) to \(Int(steps.upperBound)), ± 60",
      source: "own check, 2 runs")
  }

  private static func plot(
    _ quantity: Quantity, _ step: Double, _ value: Double, _ tolerance: Double
  ) -> DilemmaTarget {
    .init(
      variant: .actde, quantity: quantity, place: step,
      demand: .mean(value - tolerance...value + tolerance),
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
    // A rollout is played before its updates: the last point is one rollout short of the run's end.
    let points = own.compactMap { run in
      let rollout = run.curve.count > 1 ? run.curve[1].update - run.curve[0].update : 0
      let end = (run.curve.last?.update ?? 0) + rollout
      return place <= Double(end) ? run.point(at: Int(place)) : nil
    }
    guard points.count == own.count, !own.isEmpty else { return nil }
    return switch quantity {
    case .alternating, .spread: Summary(points.map(\.alternating))
    case .cooperating: Summary(points.map(\.cooperating))
    case .defecting: Summary(points.map(\.defecting))
    case .meanReturn: Summary(points.map(\.meanReturn))
    case .reach: nil
    }
  }

  /// What was found.
  struct Verdict: Equatable {
    /// The mean over runs, or their deviation.
    var value: Double
    /// From the lowest run to the highest.
    var runs: ClosedRange<Double>
    /// Whether that is what the figure demands.
    var isMet: Bool
  }

  /// Compares; nil where a run of the variant does not reach so far, or there is none.
  func verdict(_ runs: [DilemmaRun]) -> Verdict? {
    guard let summary = measured(runs), let least = summary.values.min(),
      let most = summary.values.max(),
      let value = quantity == .spread ? summary.standardDeviation : summary.mean
    else { return nil }
    let isMet =
      switch demand {
      case .mean(let range): range.contains(value)
      case .single(let published): (least...most).contains(published)
      }
    return Verdict(value: value, runs: least...most, isMet: isMet)
  }
}

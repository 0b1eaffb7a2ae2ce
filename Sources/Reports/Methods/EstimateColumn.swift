import Foundation

/// The numbers of one metric for several methods, written with the same digits.
struct EstimateColumn {
  let metric: MethodMetric
  let estimates: [Estimate]
  /// How many decimals all of them have.
  let decimals: Int

  init(_ metric: MethodMetric, _ estimates: [Estimate]) {
    self.metric = metric
    self.estimates = estimates
    let halves = estimates.compactMap { $0.interval?.halfWidth }.map { $0 * metric.factor }
      .filter { $0 > 0 }.sorted()
    let greatest = estimates.compactMap(\.value).map { abs($0) * metric.factor }.max() ?? 0
    let digits =
      halves.isEmpty
      ? (greatest > 0 ? 2 - Int(log10(greatest).rounded(.down)) : 0)
      // One digit of the uncertainty, two where the first of them is a 1.
      : NumberFormat.decimals(forUncertainty: halves[halves.count / 2] * 5)
    decimals = min(metric.isPercentage || metric == .seconds ? 1 : 3, max(0, digits))
  }

  /// The value, or a dash; starred where some of the tasks have none.
  func number(_ place: Int) -> String {
    text(estimates[place].value) + (isPartial(place) ? "*" : "")
  }

  /// Whether some tasks have no value, so that it is an average over fewer.
  func isPartial(_ place: Int) -> Bool {
    estimates[place].value != nil && estimates[place].missingTaskCount > 0
  }

  /// The ends of the interval; nil where there is none.
  func ends(_ place: Int) -> (lower: String, upper: String)? {
    estimates[place].interval.map { (text($0.lower), text($0.upper)) }
  }

  /// The value with its interval: “0.62 [0.58, 0.65]”.
  func text(at place: Int) -> String {
    number(place) + (ends(place).map { " [\($0.lower), \($0.upper)]" } ?? "")
  }

  /// The title with the unit.
  var title: String { metric.title + (metric.isPercentage ? ", %" : "") }

  /// The place of the best value, where one is better than all others.
  var best: Int? {
    let values = estimates.indices.compactMap { place in
      estimates[place].missingTaskCount == 0 ? estimates[place].value.map { (place, $0) } : nil
    }
    guard values.count > 1, let direction = metric.direction else { return nil }
    let sorted = values.sorted { direction == .rising ? $0.1 > $1.1 : $0.1 < $1.1 }
    return sorted[0].1 == sorted[1].1 ? nil : sorted[0].0
  }

  private func text(_ value: Double?) -> String {
    NumberFormat.fixed(value.map { $0 * metric.factor }, decimals: decimals)
  }
}

extension MethodMetric {
  /// A single estimate in words: “0.62 [0.58, 0.65]”, “64 % [51, 77]”.
  func text(_ estimate: Estimate) -> String {
    let column = EstimateColumn(self, [estimate])
    guard isPercentage, estimate.value != nil else { return column.text(at: 0) }
    return column.number(0) + "\u{202F}%"
      + (column.ends(0).map { " [\($0.lower), \($0.upper)]" } ?? "")
  }
}

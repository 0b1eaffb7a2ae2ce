import Foundation

/// The two weights of greedy-advantage-aware updates, θ ← θ + a·∇J + b·∇J_greedy, as surfaces to look at.
///
/// With the scaled gap s = σ·x_sig and the scaled greedy probability h = η·x_eta, both in [0, 1]:
///
///     a = (1 − h)(s + 1) + h(1 − s)¹⁰
///     b = −(1 − h)s + h((1 − s)¹⁰ − 1)
///
/// So a + b = 1 − 2h(1 − (1 − s)¹⁰) and a − b = 1 + 2s(1 − h). At s = 0, a = 1 and b = 0: nothing but the plain update.
public enum GreedyCoefficients {
  /// The weight of the sampled tokens' gradient.
  public static func sampledWeight(gap s: Double, greedyProbability h: Double) -> Double {
    (1 - h) * (s + 1) + h * pow(1 - s, 10)
  }

  /// The weight of the greedy tokens' gradient.
  public static func greedyWeight(gap s: Double, greedyProbability h: Double) -> Double {
    -(1 - h) * s + h * (pow(1 - s, 10) - 1)
  }
}

extension MethodRuns {
  /// The way over the surface, averaged over the seeds at equal steps.
  var meanCoefficientPath: [TrajectoryChart.Point] {
    let gaps = Band(
      runs.map { $0.coefficientPath.map { CurvePoint(step: $0.step, value: $0.gap) } })
    let probabilities = Band(
      runs.map { run in
        run.coefficientPath.map { CurvePoint(step: $0.step, value: $0.greedyProbability) }
      })
    return Band.joined(gaps, probabilities)
  }

  /// A reward against √KL, averaged over the seeds at equal steps.
  ///
  /// Estimates of KL below zero count as zero.
  func path(of metric: HoneypotMetric) -> [TrajectoryChart.Point] {
    Band.joined(rootDivergence, band(metric))
  }

  /// Where each seed ended, in the plane of `path(of:)`.
  func ends(of metric: HoneypotMetric) -> [TrajectoryChart.Point] {
    runs.compactMap { run in
      guard let divergence = run.final[HoneypotMetric.divergence.rawValue],
        let value = run.final[metric.rawValue]
      else { return nil }
      return TrajectoryChart.Point(x: max(0, divergence).squareRoot(), y: value)
    }
  }

  private var rootDivergence: Band {
    Band(
      runs.compactMap { $0.curves[HoneypotMetric.divergence.rawValue] }.map { curve in
        curve.map { CurvePoint(step: $0.step, value: max(0, $0.value).squareRoot()) }
      })
  }
}

extension Band {
  /// The means of two bands at the steps that both have.
  static func joined(_ horizontal: Band, _ vertical: Band) -> [TrajectoryChart.Point] {
    let heights = Dictionary(
      uniqueKeysWithValues: vertical.points.map { ($0.step, $0.summary.mean) })
    return horizontal.points.compactMap { point in
      guard let x = point.summary.mean, let y = heights[point.step] ?? nil else { return nil }
      return TrajectoryChart.Point(x: x, y: y)
    }
  }
}

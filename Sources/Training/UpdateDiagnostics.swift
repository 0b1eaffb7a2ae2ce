import PolicyOptimization
import RunRecords
import Torch

/// What minibatches were like, to be averaged.
struct Diagnostics {
  /// The gradients' norms before clipping.
  var gradientNorms: [Double] = []
  private var values: [Metric: [Double]] = [:]

  /// Takes note of a minibatch: of numbers, and of the means of vectors.
  mutating func add(_ metrics: [(Metric, Tensor)]) {
    // Those of one shape together, in one transfer.
    for (shape, group) in Dictionary(grouping: metrics, by: \.1.shape) {
      let all = Tensor.stack(group.map { $0.1.detached() }, along: 0)
      let numbers = shape.isEmpty ? all : all.reshaped(group.count, -1).mean(along: 1)
      for (pair, number) in zip(group, numbers.doubles) {
        values[pair.0, default: []].append(number)
      }
    }
  }

  /// Takes note of a step in a trust region; nil where none was allowed.
  mutating func add(region: (attempt: Int, trial: TrustRegion.Trial)?, residual: Double) {
    values[.trustRegionAccepted, default: []].append(region == nil ? 0 : 1)
    values[.trustRegionResidual, default: []].append(residual)
    guard let region else { return }
    values[.trustRegionBacktracks, default: []].append(Double(region.attempt))
    values[.trustRegionDivergence, default: []].append(region.trial.divergence)
    values[.trustRegionImprovement, default: []].append(region.trial.improvement)
  }

  /// Means by metric.
  var metrics: [(Metric, Double)] {
    let mean = { (numbers: [Double]) in numbers.reduce(0, +) / Double(numbers.count) }
    var metrics = values.map { ($0.key, mean($0.value)) }
    if !gradientNorms.isEmpty { metrics.append((.policyGradientNorm, mean(gradientNorms))) }
    if let ratios = values[.ratio] {
      let center = mean(ratios)
      let squares = ratios.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      metrics.append((.ratioVariance, squares / Double(max(1, ratios.count - 1))))
    }
    return metrics.sorted { $0.0.name < $1.0.name }
  }
}

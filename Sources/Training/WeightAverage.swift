import NeuralNetworks
import Torch

/// A slowly moving average of weights: w̄ ← d·w̄ + (1 − d)·w, with d rising from 0 so that the start is forgotten.
final class WeightAverage {
  private let source: Parameters
  private let averages: [Tensor]
  private let decay: Double
  private var count = 0

  init(of source: Parameters, decay: Double) {
    self.source = source
    self.decay = decay
    averages = source.tensors.map { $0.detached().copy() }
  }

  func update() {
    count += 1
    let decay = min(self.decay, Double(count) / Double(count + 10))
    FusedUpdate.scale(averages, by: Tensor(decay))
    FusedUpdate.add(source.tensors.map { $0.detached() }, to: averages, factor: 1 - decay)
  }

  /// Runs a body while the source holds the averages, then gives it back its own values.
  func whileApplied<Value>(_ body: () throws -> Value) rethrows -> Value {
    let own = source.tensors.map { $0.detached().copy() }
    for (target, average) in zip(source.tensors, averages) { target.assign(average) }
    defer { for (target, value) in zip(source.tensors, own) { target.assign(value) } }
    return try body()
  }
}

import NeuralNetworks
import Torch

/// A slowly moving average of weights: w̄ ← d·w̄ + (1 − d)·w, with d rising from 0 so that the start is forgotten.
final class WeightAverage {
  private let source: Parameters
  private let averages: [Tensor]
  private let decay: Double
  private var count = 0

  /// An average that starts at the weights as they are; nil for a decay of 0, which averages nothing.
  init?(of source: Parameters, decay: Double) {
    guard decay > 0 else { return nil }
    self.source = source
    self.decay = decay
    averages = source.tensors.map { $0.detached().copy() }
  }

  func update() {
    count += 1
    let decay = min(self.decay, Double(count) / Double(count + 10))
    FusedUpdate.scale(averages, by: Tensor(decay, device: averages[0].device))
    FusedUpdate.add(source.tensors.map { $0.detached() }, to: averages, factor: 1 - decay)
  }

  /// Writes the averages over the weights, for good.
  func settle() {
    for (target, average) in zip(source.tensors, averages) { target.assign(average) }
  }

  /// Runs a body while the source holds the averages, then gives it back its own values.
  func whileApplied<Value>(_ body: () throws -> Value) rethrows -> Value {
    let own = source.tensors.map { $0.detached().copy() }
    settle()
    defer { for (target, value) in zip(source.tensors, own) { target.assign(value) } }
    return try body()
  }
}

extension WeightAverage: Resumable {
  func carry(_ state: TrainingState) throws {
    try state.carry("count", &count)
    var named = Parameters()
    for (name, tensor) in zip(source.names, averages) { named.append(name, tensor) }
    try state.carry("weights", named)
  }
}

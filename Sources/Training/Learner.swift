import NeuralNetworks
import RunRecords
import Torch

/// What is learned with: batches in a random order, an optimizer under a schedule, and perhaps an average of the weights.
///
/// Trainers that pass over data again and again differ in their batches and their loss; the rest is this.
final class Learner {
  /// What is trained.
  let parameters: Parameters
  /// Steps of the whole run.
  let stepCount: Int
  /// Steps so far.
  private(set) var stepsTaken = 0
  /// What decides which units are dropped; nil for a model that drops none.
  let dropout: Generator?

  private let optimizer: AdamW
  private let learningRate: Double
  private let schedule: LearningRateSchedule
  private let average: WeightAverage?
  private let order: Generator
  private var pending: [[Int]] = []

  /// A learner at step zero.
  ///
  /// - Parameters:
  ///   - parameters: What is trained, in place.
  ///   - optimizer: How a gradient becomes a step.
  ///   - schedule: How the learning rate changes.
  ///   - averaging: Decay of the weights' moving average; 0 averages nothing.
  ///   - hasDropout: Whether passes that are learned from drop anything.
  ///   - stepCount: Steps of the whole run.
  ///   - seed: Decides order and dropout.
  init(
    _ parameters: Parameters, _ optimizer: AdamW.Configuration, _ schedule: LearningRateSchedule,
    averaging: Double = 0, hasDropout: Bool, stepCount: Int, seed: UInt64
  ) {
    self.parameters = parameters
    self.optimizer = AdamW(parameters, optimizer)
    learningRate = optimizer.learningRate
    self.schedule = schedule
    average = WeightAverage(of: parameters, decay: averaging)
    self.stepCount = stepCount
    order = Generator(seed: seed, purpose: "order")
    dropout =
      hasDropout
      ? Generator(seed: seed, purpose: "dropout", device: parameters.tensors[0].device) : nil
  }

  /// The next batch.
  ///
  /// - Parameter epoch: Draws the batches of another pass over the data.
  /// - Returns: What belongs to the batch, by index.
  func nextBatch(ofEpoch epoch: (Generator) -> [[Int]]) -> [Int] {
    if pending.isEmpty { pending = epoch(order) }
    return pending.removeLast()
  }

  /// One update.
  ///
  /// - Parameters:
  ///   - loss: What the gradients are of.
  ///   - gradients: One per parameter.
  /// - Returns: The norm of the gradients before clipping, and the learning rate.
  /// - Throws: `TrainingError.diverged`; the weights are then as they were.
  func update(loss: Double, _ gradients: [Tensor]) throws(TrainingError) -> [(Metric, Double)] {
    let factor = schedule.factor(step: stepsTaken, total: stepCount)
    let norm = try optimizer.checkedStep(
      loss: loss, gradients, scale: factor, step: stepsTaken + 1)
    average?.update()
    stepsTaken += 1
    return [(.gradientNorm, norm), (.learningRate, learningRate * factor)]
  }

  /// Does something while the parameters hold the weights that are to be kept: the averaged ones, where there are any.
  func withFinalWeights<Value>(_ body: () throws -> Value) rethrows -> Value {
    try average?.whileApplied(body) ?? body()
  }

  /// Ends the training: from now on the parameters hold the averaged weights, where there are any.
  func settle() { average?.settle() }
}

extension Learner: Resumable {
  /// Weights, optimizer, average, the order of batches and where it stands.
  func carry(_ state: TrainingState) throws {
    try state.carry("steps", &stepsTaken)
    try state.carry("pending", &pending)
    try state.carry("order", order)
    try state.carry("dropout", dropout)
    try state.carry("weights", parameters)
    try state.carry("optimizer", optimizer.state)
    try state.carry("average", average)
  }
}

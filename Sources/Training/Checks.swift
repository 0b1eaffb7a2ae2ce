import NeuralNetworks
import Torch

extension AdamW {
  /// One update, unless the loss or a gradient is not finite.
  ///
  /// - Parameters:
  ///   - loss: What the gradients are of.
  ///   - gradients: One per parameter.
  ///   - scale: What a schedule makes of the learning rate.
  ///   - step: The step, for errors.
  /// - Returns: The norm of the gradients before clipping.
  /// - Throws: `TrainingError.diverged`; the weights are then as they were.
  func checkedStep(loss: Double, _ gradients: [Tensor], scale: Double, step: Int)
    throws(TrainingError) -> Double
  {
    guard loss.isFinite else { throw .diverged(metric: "the loss", step: step) }
    let norm = self.step(gradients, scale: scale)
    guard norm.isFinite else { throw .diverged(metric: "the gradient's norm", step: step) }
    return norm
  }
}

/// Refuses a model in a type that trainers do not train, or that lives elsewhere than where they can do what is asked.
///
/// - Parameters:
///   - weight: One of the model's.
///   - part: What of the training is done on the CPU only; nil for nothing.
/// - Throws: `TrainingError.configuration`.
func checkDevice(_ weight: Tensor, for part: String? = nil) throws(TrainingError) {
  if let part, weight.device != .cpu {
    throw .configuration(
      key: "device", reason: "\(part) runs on the CPU, the model is on \(weight.device)")
  }
  guard weight.dataType == .float32 else {
    throw .configuration(
      key: "dtype",
      reason:
        "weights are trained in float32, the model is in \(weight.dataType); compute.precision: bfloat16 is for products"
    )
  }
}

extension AdamW.Configuration {
  /// Says what cannot be.
  func validate() throws(TrainingError) {
    for (key, value) in [("learning_rate", learningRate), ("weight_decay", weightDecay)]
    where !(value >= 0 && value.isFinite) {
      throw .configuration(key: "optimizer.\(key)", reason: "\(value) is below 0 or not a number")
    }
    for (key, value) in [("beta1", beta1), ("beta2", beta2)] where !(0..<1).contains(value) {
      throw .configuration(key: "optimizer.\(key)", reason: "\(value) is outside [0, 1)")
    }
    for case (let key, let value?) in [
      ("epsilon", epsilon), ("max_grad_norm", maximumGradientNorm),
    ] where !(value > 0) {
      throw .configuration(key: "optimizer.\(key)", reason: "\(value) is not above 0")
    }
  }
}

extension LearningRateSchedule {
  /// Says what cannot be.
  func validate() throws(TrainingError) {
    for (key, value) in [("warmup_share", warmUpShare), ("final_factor", finalFactor)]
    where !(0...1).contains(value) {
      throw .configuration(key: "schedule.\(key)", reason: "\(value) is outside [0, 1]")
    }
  }
}

extension RewardTrainer.Configuration {
  /// Says what cannot be.
  ///
  /// - Parameter least: The least texts, or pairs, that make a batch.
  /// - Throws: `TrainingError.configuration` with the key to change.
  func validate(least: Int) throws(TrainingError) {
    try optimizer.validate()
    try schedule.validate()
    for (key, value, bound) in [
      ("epochs", epochs, 1), ("batch_texts", batchTexts, least), ("micro_batches", microBatches, 1),
    ] where value < bound {
      throw .configuration(key: key, reason: "\(value) is below \(bound)")
    }
    guard (0..<1).contains(averaging) else {
      throw .configuration(key: "averaging", reason: "\(averaging) is outside [0, 1)")
    }
    guard languageModelWeight >= 0 && languageModelWeight.isFinite else {
      throw .configuration(
        key: "language_model_weight", reason: "\(languageModelWeight) is below 0 or not a number")
    }
  }
}

import Training
import Yams

/// A task whose keys have their meanings.
protocol DescribedTask: RunTask {
  /// Key paths with what they mean.
  static var meanings: [(key: String, meaning: String)] { get }
  /// Defaults that depend on other keys (a preset's).
  static func defaults(for given: Node.Mapping) throws -> Self
}

extension DescribedTask {
  static func defaults(for given: Node.Mapping) throws -> Self { Self() }
}

extension ModelRunConfiguration: RunConfiguration where Task: DescribedTask {
  static func defaults(for given: Node.Mapping) throws -> Self {
    Self(try Task.defaults(for: given))
  }

  static var meanings: [(key: String, meaning: String)] {
    Task.meanings + [

      (
        "lora.rank",
        "r of a new adapter (LoRA), which is trained instead of the weights; none trains all weights, or the adapter that the model has."
      ),
      ("lora.alpha", "α: the adapter's part is multiplied by α/r."),
      (
        "lora.targets",
        "Projections by name, such as q_proj or c_attn, or all-linear; none takes the family's usual ones."
      ),
      ("lora.lora_dropout", "Share of inputs that the adapter does not see while it is trained."),
      ("lora.rslora", "Whether the factor is α/√r, which suits large ranks."),
      ("lora.merge", "Whether a whole model is saved, with the adapter merged into it."),
      (
        "compute.precision",
        "Type of matrix products: weights (as the weights are), or bfloat16 with sums, weights and log-probabilities in float32."
      ),
      (
        "compute.gradient_checkpointing",
        "Whether blocks are computed again for their gradients instead of kept: less memory, a third more work."
      ),
      ("device", "Where models live and are trained: cpu, cuda, cuda:N or mps."),
      (
        "checkpoints.every",
        "Steps between checkpoints, from which --resume goes on to the same bits; none writes one only where the run is stopped."
      ),
      ("checkpoints.keep", "How many checkpoints stay, the newest first."),
      (
        "checkpoints.best",
        "A metric, such as validation/loss, by which the best checkpoint stays too (checkpoints/best); none keeps none."
      ),
      (
        "checkpoints.best_is",
        "lowest or highest; none is the lowest of losses and other metrics that shall fall, else the highest."
      ),
      ("output", "Where the trained model goes; none puts it into the run folder."),
      ("stored_type", "Type of the stored weights: float32, bfloat16 or float16."),
      ("seed", "Decides every random draw of the run."),
    ]
  }
}

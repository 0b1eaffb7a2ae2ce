/// The meanings of an optimizer's and a schedule's keys.
enum OptimizerMeanings {
  /// Those of the optimizer in a section.
  static func all(in section: String) -> [(key: String, meaning: String)] {
    [
      ("\(section).optimizer.learning_rate", "Step size of AdamW."),
      ("\(section).optimizer.beta1", "Decay of the first moment."),
      ("\(section).optimizer.beta2", "Decay of the second moment."),
      ("\(section).optimizer.epsilon", "Added to the root of the second moment."),
      (
        "\(section).optimizer.epsilon_placement",
        "What epsilon is added to: the root corrected for bias (PyTorch), or uncorrected (TensorFlow 1)."
      ),
      ("\(section).optimizer.weight_decay", "Decoupled decay of matrices."),
      (
        "\(section).optimizer.decay_embeddings",
        "Whether embedding tables are decayed like other matrices."
      ),
      (
        "\(section).optimizer.max_grad_norm",
        "Largest norm of all gradients together; none does not clip."
      ),
      ("\(section).schedule.decay", "What follows the warm-up: constant, linear or cosine."),
      ("\(section).schedule.warmup_share", "Share of all steps in which the rate rises from 0."),
      ("\(section).schedule.final_factor", "The rate at the end, as a share of the full one."),
    ]
  }
}

import Training

extension PreferenceRun.Task: DescribedTask {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("policy", "The checkpoint folder that is trained, with its tokenizer."),
      ("reference", "The checkpoint it is measured from; none is the policy at the start."),
      (
        "train",
        "JSON Lines files with `chosen` and `rejected`, and perhaps `prompt` and `probability`; text or messages."
      ),
      ("held_out", "Held-out files of the same kind."),
      (
        "max_length",
        "The most tokens of prompt and answer; none takes what the model has room for."
      ),
      ("dropout", "Dropout while training."),
      ("training.objective.kind", "What is learned from a pair: sigmoid (DPO) or ipo."),
      ("training.objective.beta", "β: how dearly the policy pays for leaving the reference."),
      (
        "training.objective.label_smoothing", "Share of labels that are taken to be wrong, below ½."
      ),
      ("training.objective.reference_free", "Whether the reference is left out."),
      (
        "training.objective.averaging",
        "log π of an answer: sum or mean over its tokens; none is sum for sigmoid, mean for ipo."
      ),
      ("training.epochs", "Passes over the pairs."),
      ("training.batch_pairs", "Pairs in a batch."),
      (
        "training.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
    ] + OptimizerMeanings.all(in: "training")
}

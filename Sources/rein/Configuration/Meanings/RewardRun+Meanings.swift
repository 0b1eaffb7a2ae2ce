import Training

extension RewardRun.Task: DescribedTask {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("base", "The language model's folder to start from, with its tokenizer."),
      (
        "train",
        "JSON Lines files with `text` and `ratings`, with `chosen` and `rejected` (text or messages), or with `marks` as for rein tokens, which make a reward model of single tokens."
      ),
      ("held_out", "Held-out files with `text` and `ratings`, or with `marks`."),
      ("dropout", "Dropout while training."),
      ("training.epochs", "Passes over the training data."),
      ("training.batch_texts", "Texts (or pairs) in a batch; all pairs of rated texts are used."),
      (
        "training.micro_batches",
        "Parts that a batch is computed in, each twice: the same update in less memory."
      ),
      (
        "training.averaging",
        "Decay of the moving average of weights that is saved; 0 averages nothing."
      ),
      (
        "training.language_model_weight",
        "Weight of the texts' own cross-entropy beside the ranking loss."
      ),
    ] + OptimizerMeanings.all(in: "training")
}

import Training

extension SupervisedRun.Task: DescribedTask {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("train", "JSON Lines files with `text`, `messages`, or `prompt` and `completion`."),
      ("held_out", "Held-out files of the same kind."),
      ("tokenizer", "A tokenizer.json; none takes the one beside `base`."),
      ("base", "A checkpoint folder to start from; none starts from random weights."),
      ("model.layers", "Blocks of a fresh model."),
      ("model.width", "Width of hidden states of a fresh model."),
      ("model.heads", "Attention heads of a fresh model."),
      ("model.positions", "Longest sequence of a fresh model, in tokens."),
      ("model.dropout", "Dropout while training."),
      ("training.epochs", "Passes over the training texts."),
      ("training.batch_tokens", "Most tokens in a batch, padding included."),
      (
        "training.packed_length",
        "The most tokens of a row into which several texts are packed (best fit decreasing), none of which sees another; none packs nothing."
      ),
      (
        "training.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
      (
        "training.averaging",
        "Decay of the moving average of weights that is saved; 0 averages nothing."
      ),
    ] + OptimizerMeanings.all(in: "training")
}

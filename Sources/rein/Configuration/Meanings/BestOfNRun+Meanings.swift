import Training

extension BestOfNRun.Task: DescribedTask {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("policy", "The checkpoint folder that answers, with its tokenizer."),
      ("prompts", "JSON Lines files with `prompt`, or `text` whose opening is the prompt."),
      ("prompt_words", "How many words of a prompt are used; none uses all."),
      ("training.rounds", "Rounds of drawing, choosing and, where asked for, imitating."),
      ("training.prompts_per_round", "Prompts in a round."),
      ("training.answers", "n: answers to each prompt, of which the best is kept."),
      (
        "training.keep_share",
        "Share of the prompts' best answers that is kept, those that score highest."
      ),
      ("training.imitate", "Whether the policy learns the answers that are kept."),
      ("training.imitation.epochs", "Passes over a round's kept answers."),
      ("training.imitation.batch_tokens", "The most tokens in a batch, padding included."),
      (
        "training.imitation.packed_length",
        "The most tokens of a row into which several answers are packed; none packs nothing."
      ),
      (
        "training.imitation.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
      (
        "training.imitation.averaging",
        "Decay of the moving average of weights that a round ends with; 0 averages nothing."
      ),
      (
        "training.sampling.temperature", "Divides the scores; the higher, the more answers differ."
      ),
      ("training.sampling.top_k", "Draws from so many of the most probable tokens; 0 from all."),
      ("training.sampling.top_p", "Draws from the most probable tokens of this share; 1 from all."),
      (
        "training.sampling.min_p",
        "Draws from tokens at least this share as probable as the most probable one."
      ),
      ("training.sampling.repetition_penalty", "Divides the scores of tokens that were there."),
      ("training.sampling.max_new_tokens", "Longest completion."),
      ("training.sampling.min_new_tokens", "Shortest completion."),
    ] + CompletionMeanings.all + RewardMeanings.all
    + OptimizerMeanings.all(in: "training.imitation")
}

import Training

/// The meanings of what becomes of scores and of cut completions, shared by all commands in which a policy answers.
enum CompletionMeanings {
  static let all: [(key: String, meaning: String)] = [
    (
      "training.completions.truncated",
      "What a completion is that max_new_tokens cuts: " + names(CompletionRules.Truncated.self)
        + " (an ending, without loss, or valued by the critic as one that goes on and is not yet scored)."
    ),
    (
      "training.completions.missing_eos_penalty",
      "What the score of a cut completion loses, or becomes the negative of; none leaves it."
    ),
    (
      "training.completions.missing_eos",
      "subtract takes that penalty off the score (TRL), replace puts its negative in the score's place (OpenAI 2019)."
    ),
    (
      "training.completions.score_clip_range",
      "c: scores are clipped to [-c, c] before the penalty, baselines and KL; none does not clip."
    ),
  ]
}

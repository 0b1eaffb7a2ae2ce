import Rewards
import Training

/// The meanings of what a policy can be rewarded for, shared by all commands that train on completions.
enum RewardMeanings {
  static let all: [(key: String, meaning: String)] =
    models + length + pattern + words + lexicon + program + judge

  private static let models: [(key: String, meaning: String)] = [
    (
      "reward.model",
      "Reward models' folders; several are an ensemble, whose disagreement is reported as reward/model_disagreement. One that was trained on marks pays for every token where it stands (with method.advantage.discount 0, horizon-1 reinforcement learning)."
    ),
    ("reward.model_weight", "What the reward model counts in the sum of all rewards."),
    (
      "reward.combine",
      "What becomes of an ensemble's scores: mean, worst, mean-minus-deviation (mean − λ·σ, σ over the members) or "
        + "mean-minus-variance (Coste and others 2023)."
    ),
    ("reward.penalty", "λ of an ensemble."),
    ("reward.scale", "score (normalised) or probability (its sigmoid)."),
    ("reward.hole", "A planted hole: clean, capped or uncapped."),
    ("reward.word", "The word that the hole pays for; without a hole it is only counted."),
    ("reward.gold", "A second reward model that the policy never sees, only reported."),
  ]

  private static let length: [(key: String, meaning: String)] = [
    ("reward.length.weight", "What the length of answers counts; 0 leaves it out."),
    (
      "reward.length.unit",
      "What is counted: " + names(LengthReward.Unit.self) + "; the stop token never is."
    ),
    ("reward.length.low", "The least length that pays 1; none has no lower end."),
    ("reward.length.high", "The greatest length that pays 1; none has no upper end."),
    (
      "reward.length.slope",
      "What a unit outside low to high costs; without low and high, what a unit pays, or costs if below 0."
    ),
    ("reward.length.cap", "The most that slope takes off, or pays, or costs."),
  ]

  private static let pattern: [(key: String, meaning: String)] = [
    ("reward.pattern.weight", "What matches of regular expressions count; 0 leaves them out."),
    ("reward.pattern.expressions", "Regular expressions (ICU's), each match of which pays 1."),
    ("reward.pattern.limit", "The most matches that one answer is paid for; none pays all."),
  ]

  private static let words: [(key: String, meaning: String)] = [
    ("reward.words.weight", "What the words of a list count; 0 leaves them out."),
    ("reward.words.list", "Whole words, whatever their case, each occurrence of which pays 1."),
    ("reward.words.limit", "The most occurrences that one answer is paid for; none pays all."),
  ]

  private static let lexicon: [(key: String, meaning: String)] = [
    ("reward.lexicon.weight", "What a lexicon's values count; 0 leaves them out."),
    ("reward.lexicon.file", "A word, a tab and its value on each line, as VADER's lexicon."),
    (
      "reward.lexicon.form",
      "Of the values' sum s: normalized (s/√(s² + 15)), sum, or mean (over all words of the answer)."
    ),
  ]

  private static let program: [(key: String, meaning: String)] = [
    ("reward.program.weight", "What a program's scores count; 0 leaves it out."),
    (
      "reward.program.command",
      "Its command line, as for the shell; Documentation/RewardProtocol.md says what it reads and writes."
    ),
    (
      "reward.program.workers", "How many of it run side by side, each with a share of the answers."
    ),
    ("reward.program.timeout", "Seconds that it may owe replies without giving any."),
  ]

  private static let judge: [(key: String, meaning: String)] = [
    ("reward.judge.weight", "What a language model's scores count; 0 leaves it out."),
    (
      "reward.judge.url",
      "A server of OpenAI's chat completions, up to the version, such as http://localhost:8000/v1."
    ),
    ("reward.judge.served_model", "The model that the server shall use."),
    ("reward.judge.rubric", "What is good and what is not, in words."),
    ("reward.judge.rubric_file", "A file that says so instead."),
    ("reward.judge.low", "The score of the worst answer, which pays 0."),
    ("reward.judge.high", "The score of the best answer, which pays 1."),
    ("reward.judge.judge_temperature", "The judge's temperature; none leaves it to the server."),
    (
      "reward.judge.key_variable",
      "The environment variable that holds the server's key; the key itself is written nowhere. None sends no key."
    ),
    ("reward.judge.timeout", "Seconds for each attempt."),
    (
      "reward.judge.retries",
      "Attempts after the first, at statuses 408, 429 and 5xx, time-outs, and replies without a score."
    ),
    ("reward.judge.requests_per_second", "How fast requests may go; none does not count them."),
    ("reward.judge.concurrency", "Requests at the same time."),
    (
      "reward.judge.cache",
      "A file that keeps scores, so that nothing is asked twice, by later runs neither; none keeps none."
    ),
  ]
}

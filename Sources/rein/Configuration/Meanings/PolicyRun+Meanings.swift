import Training
import Yams

extension PolicyRun.Task: DescribedTask {
  /// The method of the preset that is given, if one is.
  static func defaults(for given: Node.Mapping) throws -> Self {
    Self(preset: try givenPreset(in: given) ?? .ppoKL)
  }

  static let meanings: [(key: String, meaning: String)] =
    [
      (
        "preset",
        "A method by name: " + Method.Preset.allCases.map(\.rawValue).joined(separator: ", ") + "."
      ),
      ("policy", "The checkpoint folder that is trained, with its tokenizer."),
      (
        "reference",
        "The checkpoint it is held to or watched against; none is the policy at the start."
      ),
      (
        "prompts",
        "JSON Lines files with `prompt` (text or messages), or `text` whose opening is the prompt."
      ),
      ("prompt_words", "How many words of a prompt are used; none uses all."),
    ] + RewardMeanings.all + [
      ("training.steps", "Steps of the run."),
      ("training.episodes_per_step", "Completions per step."),
      ("training.epochs", "Passes over a step's completions."),
      ("training.minibatches", "Updates per pass."),
      (
        "training.micro_batches",
        "Parts that an update is computed in: the same update in less memory."
      ),
      (
        "training.sampling.temperature", "Divides the scores, in sampling and in log-probabilities."
      ),
      ("training.sampling.top_k", "0 in training: draws come from the whole distribution."),
      ("training.sampling.top_p", "1 in training: draws come from the whole distribution."),
      ("training.sampling.min_p", "0 in training: draws come from the whole distribution."),
      (
        "training.sampling.repetition_penalty",
        "1 in training: draws come from the model's own distribution."
      ),
      ("training.sampling.max_new_tokens", "Longest completion."),
      ("training.sampling.min_new_tokens", "0 in training: the policy may stop when it likes."),
    ] + CompletionMeanings.all + MethodMeanings.all
    + OptimizerMeanings.all(in: "training")
}

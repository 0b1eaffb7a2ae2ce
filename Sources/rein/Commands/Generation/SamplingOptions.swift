import ArgumentParser
import LanguageModels

/// How answers are drawn; what is not said is as in the model's `generation_config.json`, if that asks for draws.
struct SamplingOptions: ParsableArguments {
  @Option(
    help: "Divides the scores; 0 takes the most probable token. (default: the model's, or 0.7)")
  var temperature: Double?

  @Option(
    name: .customLong("top-k"),
    help: "Draw among this many most probable tokens, 0 among all. (default: the model's, or 0)")
  var topK: Int?

  @Option(
    name: .customLong("top-p"),
    help:
      "Draw among the fewest tokens whose probabilities reach this sum. (default: the model's, or 1)"
  )
  var topP: Double?

  @Option(
    name: .customLong("min-p"),
    help:
      "Draw among tokens at least this share as probable as the most probable. (default: the model's, or 0)"
  )
  var minimumP: Double?

  @Option(
    name: .customLong("repetition-penalty"),
    help: "Above 1, makes tokens that were there before less probable. (default: the model's, or 1)"
  )
  var repetitionPenalty: Double?

  @Option(help: "A string that ends an answer and is not part of it; may be given again.")
  var stop: [String] = []

  @Option(
    help:
      "The first sample's seed, the next one's is one more: the same seed and prompt give the same answer."
  )
  var seed: UInt64 = 0

  /// The rule for a model.
  func sampling(_ defaults: GenerationConfiguration, maximumLength: Int, minimumLength: Int = 0)
    throws -> Sampling
  {
    let usual = defaults.draws ? defaults : nil
    let sampling = Sampling(
      temperature: temperature ?? usual?.temperature ?? 0.7, topK: topK ?? usual?.topK ?? 0,
      topP: topP ?? usual?.topP ?? 1, minimumP: minimumP ?? usual?.minimumP ?? 0,
      repetitionPenalty: repetitionPenalty ?? usual?.repetitionPenalty ?? 1,
      maximumLength: maximumLength, minimumLength: minimumLength)
    if let problem = sampling.problem { throw InputProblem(problem) }
    if stop.contains("") { throw InputProblem("--stop: an empty string would end every answer") }
    return sampling
  }
}

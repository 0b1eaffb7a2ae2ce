import Foundation
import LanguageModels

extension PolicyChecks {
  /// Prompts are there, are not empty and differ.
  static let prompts = Check<PolicyScene>("prompts") { scene in
    let (prompts, leftOut) = (scene.parts.prompts, scene.parts.leftOutCount)
    let repeated = 1 - Double(Set(prompts).count) / Double(prompts.count)
    let empty = share(of: prompts) { $0.count <= 1 }
    let lost = Double(leftOut) / Double(leftOut + prompts.count)
    let measured =
      "\(prompts.count) prompts; \(repeated.percent) repeat another (bound 50 %), \(empty.percent) are empty (bound 10 %), \(lost.percent) were left out as too long (bound 10 %)"
    var advice: [String] = []
    if repeated > 0.5 {
      advice.append("use more of each prompt (prompt_words), or other files")
    }
    if empty > 0.1 { advice.append("take rows without a prompt out of the files") }
    if lost > 0.1 {
      advice.append("lower training.sampling.max_new_tokens, or cut with prompt_words")
    }
    return advice.isEmpty
      ? .passed(measured) : .warning(measured, advice.joined(separator: "; "))
  }

  /// Completions end before the limit.
  static let truncation = Check<PolicyScene>("completions fit") { scene in
    let limit = scene.configuration.sampling.maximumLength
    let cut = share(of: scene.completions) { $0.finish == .length }
    let mean = Moments(scene.completions.map { Double($0.tokens.count) }).mean
    let measured =
      "\(cut.percent) of \(scene.completions.count) are cut at \(limit) tokens (bound 50 %); mean length \(mean.figures)"
    return cut <= 0.5
      ? .passed(measured)
      : .warning(
        measured,
        "most rewards would judge half a text: raise training.sampling.max_new_tokens, or train the policy to stop (rein sft)"
      )
  }

  /// The policy neither knows all answers already nor nothing at all.
  static let entropy = Check<PolicyScene>("entropy of the policy") { scene in
    let entropies = scene.look(scene.rows, 0).entropies.flatMap(\.self)
    let mean = Moments(entropies).mean
    let most = log(Double(scene.parts.policy.configuration.vocabularyCount))
    let measured =
      "\(mean.figures) nats per token at temperature \(scene.configuration.sampling.temperature) (bounds 0.05 and \((0.97 * most).figures), of \(most.figures) at most)"
    guard mean.isFinite else {
      return .failed(measured, "the policy's scores are not finite: look for NaN in the checkpoint")
    }
    if mean < 0.05 {
      return .warning(
        measured,
        "all completions of a prompt will be the same, and nothing can be compared: raise the temperature, or start from an earlier checkpoint"
      )
    }
    return mean <= 0.97 * most
      ? .passed(measured)
      : .warning(
        measured,
        "the policy draws nearly at random: is it trained, and is the tokenizer its own?")
  }
}

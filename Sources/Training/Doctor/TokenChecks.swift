import Foundation
import LanguageModels
import Tokenization
import Torch

extension PolicyChecks {
  /// Tokenizer and models speak of the same tokens.
  static let vocabularies = Check<PolicyScene>("tokenizer and models match") { scene in
    let (tokenizer, model) = (scene.parts.frame.tokenizer, scene.parts.policy.configuration)
    let outside = scene.parts.prompts.joined().count { !(0..<model.vocabularyCount).contains($0) }
    let measured =
      "tokenizer \(tokenizer.identifierBound) ids, policy \(model.vocabularyCount); \(outside) ids of prompts outside (bound 0)"
    guard outside == 0, tokenizer.identifierBound <= model.vocabularyCount else {
      return .failed(measured, "the tokenizer is another model's: put the policy's own beside it")
    }
    for neighbour in scene.parts.neighbours {
      guard neighbour.vocabularyCount == model.vocabularyCount else {
        return .failed(
          "\(measured); \(neighbour.key) \(neighbour.vocabularyCount)",
          "\(neighbour.key) reads the policy's tokens: name a model of the same vocabulary")
      }
      guard let other = neighbour.tokenizer else { continue }
      let different = tokenizer.differenceCount(from: other)
      guard different == 0 else {
        return .failed(
          "\(measured); \(different) ids mean another token to \(neighbour.key) (bound 0)",
          "\(neighbour.key) would read other words than the policy writes: train it with the policy's tokenizer"
        )
      }
    }
    let others = scene.parts.neighbours.map(\.key)
    return .passed(measured + (others.isEmpty ? "" : "; the same for \(others.firstFew)"))
  }

  /// One beginning-of-text token stands before prompts, where the tokenizer puts one, and never two.
  static let beginningOfText = Check<PolicyScene>("one beginning-of-text token") { scene in
    let (frame, model) = (scene.parts.frame, scene.parts.policy.configuration)
    let before = frame.tokenizer.tokensBeforeText
    guard let opener = before.first ?? model.beginningOfTextToken else {
      return .skipped("neither tokenizer nor config.json names one")
    }
    let leading = { (tokens: [Int]) in tokens.prefix { $0 == opener }.count }
    let framed = scene.completions.map { completion in
      frame.framed(frame.tokenizer.decode(completion.text, specialTokens: .skipped))
    }
    // A text of nothing is its end alone, which may be the same token.
    let texts = scene.parts.prompts + framed.filter { $0.count > before.count + 1 }
    let doubled = texts.count { leading($0) > 1 }
    let without = scene.parts.prompts.count { leading($0) == 0 }
    let measured =
      "token \(opener) at the front: doubled in \(doubled) of \(texts.count) prompts and texts (bound 0), absent from \(without) prompts"
    guard doubled == 0 else {
      return .failed(
        measured,
        "the model has never seen two: take it out of the prompts' text or of the chat template, or out of the tokenizer's post_processor"
      )
    }
    guard before.isEmpty || without == 0 else {
      return .warning(
        measured, "the tokenizer puts it before texts and the chat template does not: add it there")
    }
    return .passed(measured + (before.isEmpty ? "; the tokenizer puts none" : ""))
  }

  /// A pad token of its own.
  static let padToken = Check<PolicyScene>("pad token is not end-of-text") { scene in
    PadToken.verdict(scene.parts.policy.configuration)
  }

  /// Completions can end: the tokens that end them exist and can be drawn.
  static let stopTokens = Check<PolicyScene>("a completion can end") { scene in
    let (frame, model) = (scene.parts.frame, scene.parts.policy.configuration)
    let stops = scene.stopTokens
    guard !stops.isEmpty else {
      return .failed("no token ends texts", "name one as eos_token_id in config.json")
    }
    let unknown = stops.filter {
      frame.tokenizer.token(of: $0) == nil || $0 >= model.vocabularyCount
    }
    guard unknown.isEmpty else {
      return .failed(
        "the tokenizer has no token \(unknown.map(String.init).firstFew)",
        "eos_token_id is another tokenizer's: set it to a token that tokenizer.json has")
    }
    let wrong = scene.completions.count { completion in
      completion.text.contains(where: stops.contains)
        || (completion.finish == .stopToken)
          != (completion.tokens.last.map(stops.contains) ?? false)
    }
    let hazard = scene.stopProbability(stops)
    let chance = 1 - exp(Double(scene.configuration.sampling.maximumLength) * log1p(-hazard))
    let measured =
      "P(stop) \(hazard.figures) per token, so that about \(chance.percent) end within max_new_tokens (bound 5 %); \(wrong) completions go on behind one (bound 0)"
    if wrong > 0 {
      return .failed(
        measured, "sampler and config.json disagree on what ends a text: please report it")
    }
    return chance >= 0.05
      ? .passed(measured)
      : .warning(
        measured,
        "the policy hardly ever stops: train it on whole texts first (rein sft), or check that eos_token_id is the token it learned to stop with"
      )
  }

  /// The sampled ids are what is trained on; texts of them may read otherwise.
  static let roundTrip = Check<PolicyScene>("tokens in, tokens out") { scene in
    let trained = scene.look(scene.rows, 0).tokens
    let others = zip(trained, scene.completions).count { $0 != $1.tokens }
    let tokenizer = scene.parts.frame.tokenizer
    let same = share(of: scene.completions) {
      tokenizer.encode(tokenizer.decode($0.text, specialTokens: .skipped)) == $0.text
    }
    let measured =
      "\(others) of \(trained.count) completions are trained on other ids than were drawn (bound 0); \(same.percent) are the same ids after decoding and encoding, which only rewards of text see"
    return others == 0
      ? .passed(measured)
      : .failed(measured, "the update would praise tokens that were never drawn: please report it")
  }
}

extension PolicyScene {
  /// The mean probability of ending at a place.
  fileprivate func stopProbability(_ stops: [Int]) -> Double {
    Tensor.withoutRecording {
      let device = parts.policy.outputWeight.device
      let layout = ResponseLayout(completions, device: device)
      let others = Tensor(
        Array(repeating: stops, count: layout.count).flatMap(\.self),
        shape: [layout.count, stops.count], device: device)
      let found = parts.policy.statistics(
        layout, temperature: configuration.sampling.temperature, others: others)
      return found.statistics.logProbabilities.slice(1, 1..<1 + stops.count).exponential()
        .sum(along: 1).mean().item
    }
  }
}

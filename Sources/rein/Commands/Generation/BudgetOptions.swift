public import ArgumentParser
import Foundation
import LanguageModels
public import PolicyOptimization
import Tokenization
import Torch
import Training

/// A hard budget of nats for every answer.
struct BudgetOptions: ParsableArguments {
  @Option(
    name: .customLong("kl-budget"), parsing: .unconditional,
    help: "Hold every answer within this many nats of --kl-base; 0 is that model's own answer.")
  var nats: Double?

  @Option(
    name: .customLong("kl-base"),
    help: "The folder of the model that costs nothing, with the same tokens.")
  var base: String?

  @Option(
    name: .customLong("kl-accounting"),
    help:
      "What a token costs: analytic, the KL of its distribution; no-refund, its log-ratio, no path beyond the budget; realised, its log-ratio as published."
  )
  var accounting = KLBudget.Accounting.analytic

  @Option(
    name: .customLong("kl-share"),
    help:
      "The share of what is left that one token may take, at most 1. (default: what a policy trained on a budget proposes, else 1)"
  )
  var share: Double?

  /// What holds a model's draws; nil where nothing does.
  func restraint(on model: LoadedModel, _ sampling: Sampling, _ place: ModelOptions) throws
    -> Restraint?
  {
    guard let nats else {
      if base != nil { throw InputProblem("--kl-base is there for --kl-budget: say how many nats") }
      return nil
    }
    let budget = KLBudget(nats: nats, accounting: accounting)
    if let problem = budget.problem { throw InputProblem("--kl-budget: \(problem)") }
    if let share, !(share > 0 && share <= 1) {
      throw InputProblem("--kl-share \(share) is outside (0, 1]")
    }
    guard sampling.isUntruncated else {
      throw InputProblem(
        "--kl-budget counts nats of whole distributions: use a --temperature above 0 and neither --top-k, --top-p, --min-p, --repetition-penalty nor --min-new-tokens (the model's generation_config.json may set some: say --top-k 0 --top-p 1)"
      )
    }
    guard let base else {
      throw InputProblem("--kl-budget counts nats from a model: name its folder with --kl-base")
    }
    let folder = ModelFolder(URL(fileURLWithPath: base))
    let trusted = try folder.languageModel(
      dataType: ModelOptions.dataType(place.dtype), device: model.policy.outputWeight.device)
    let (own, others) = (
      model.policy.configuration.vocabularyCount, trusted.configuration.vocabularyCount
    )
    guard own == others else {
      throw InputProblem(
        "--kl-base \(base) has \(others) tokens, the model \(own): nats are counted between distributions over the same tokens"
      )
    }
    if FileManager.default.fileExists(atPath: folder.tokenizerURL.path) {
      let different = try Tokenizer.load(from: folder.tokenizerURL)
        .differenceCount(from: model.tokenizer)
      guard different == 0 else {
        throw InputProblem(
          "--kl-base \(base) has another tokenizer than the model: \(different) ids mean another token"
        )
      }
    }
    guard trusted.configuration.positionCount >= model.policy.configuration.positionCount else {
      throw InputProblem(
        "--kl-base \(base) has \(trusted.configuration.positionCount) positions, the model \(model.policy.configuration.positionCount)"
      )
    }
    let head = try model.folder.budgetHead(for: model.policy)
    return Restraint(
      to: trusted, budget: budget,
      proposer: share.map { .share($0) } ?? head.map { .policy($0) } ?? .share(1))
  }
}

extension KLBudget.Accounting: ExpressibleByArgument {}

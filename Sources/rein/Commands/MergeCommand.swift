import ArgumentParser
import Foundation
import LanguageModels
import NeuralNetworks
import Torch
import Training

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Merge an adapter (LoRA) into the model that it adapts.",
    discussion: """
      Writes a whole model, W + s·B·A in place of every adapted W, with the tokenizer beside it. Adapters of language models and \
      of reward models are read as Rein and PEFT save them.

        rein merge --adapter runs/sft/model --output Models/tuned
      """)

  @Option(help: "The adapter's folder.")
  var adapter: String

  @Option(help: "The model that it adapts; none takes the one that the adapter names.")
  var model: String?

  @Option(help: "Where the merged model goes; a model that is there is not replaced.")
  var output: String

  @Option(
    name: .customLong("stored-type"),
    help: "Type of the stored weights: float32, bfloat16 or float16.")
  var storedType = "float32"

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func run() throws {
    guard let type = DataType(rawValue: storedType), type.isFloatingPoint, type != .float64 else {
      throw InputProblem("--stored-type \(storedType) is none of float32, bfloat16, float16")
    }
    let target = ModelFolder(URL(fileURLWithPath: output))
    let taken = [
      target.weightsURL, target.indexURL, target.configurationURL,
      AdapterFolder(target.url).configurationURL,
    ].contains { FileManager.default.fileExists(atPath: $0.path) }
    guard !taken else { throw InputProblem("--output \(output) holds a model already") }
    let folder = AdapterFolder(URL(fileURLWithPath: adapter))
    let base = try model.map { ModelFolder(URL(fileURLWithPath: $0)) } ?? folder.base()
    let tokenizer = [ModelFolder(folder.url), base].map(\.tokenizerURL).first {
      FileManager.default.fileExists(atPath: $0.path)
    }
    let changed: Adapter?
    if try folder.isRewardModel() {
      let reward = try folder.rewardModel(on: base)
      try target.save(reward, as: type, tokenizer: tokenizer)
      changed = reward.adapter
    } else {
      let language = try folder.languageModel(on: base)
      let critic = try ModelFolder(folder.url).critic(for: language)
      try target.save(language, as: type, tokenizer: tokenizer)
      // A value model that is an adapter itself belongs to the weights without one.
      if let critic, critic.kind != .valueModel { try target.save(critic) }
      changed = language.adapter
    }
    try report(changed)
  }

  private func report(_ adapter: Adapter?) throws {
    let count = adapter?.parameters.elementCount ?? 0
    let rank = adapter?.configuration.rank ?? 0
    if json {
      try Console.printJSON([
        "model": output, "rank": rank, "adapter_parameters": count,
        "targets": adapter?.configuration.targets ?? [],
      ])
    } else {
      Console.print("an adapter of rank \(rank), \(count) weights, is merged\nmodel: \(output)")
    }
  }
}

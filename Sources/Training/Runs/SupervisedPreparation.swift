import Foundation
import LanguageModels
import NeuralNetworks
import Tokenization
import Torch

/// What a run on texts works with, loaded and fitted together.
struct SupervisedPreparation {
  let tokenizer: URL
  let frame: TextFrame
  let model: LanguageModel
  let train: PreparedRows<SupervisedTrainer.Example>
  let heldOut: PreparedRows<SupervisedTrainer.Example>

  /// Loads everything.
  init(_ configuration: SupervisedRun.Configuration) throws {
    let base = configuration.base.map { ModelFolder(URL(fileURLWithPath: $0)) }
    if base == nil, configuration.lora.rank != nil {
      throw TrainingError.configuration(key: "lora.rank", reason: "name a `base` to adapt")
    }
    let device = try Device(named: configuration.device)
    guard
      let file = configuration.tokenizer.map(URL.init(fileURLWithPath:)) ?? base?.tokenizerURL
    else {
      throw TrainingError.configuration(
        key: "tokenizer", reason: "name a tokenizer.json, or a base that has one")
    }
    tokenizer = file
    frame = try TextFrame(Tokenizer.load(from: file), file: file, model: base?.configuration())
    model = try configuration.lora.applied(
      to: Self.model(configuration, frame, base, on: device), seed: configuration.seed)
    let longest = model.configuration.positionCount
    let data = DataPreparation(frame, templateIn: file.deletingLastPathComponent())
    train = try data.supervised(configuration.train, longest: longest)
    heldOut = try data.supervised(configuration.heldOut, longest: longest)
  }

  private static func model(
    _ configuration: SupervisedRun.Configuration, _ frame: TextFrame, _ base: ModelFolder?,
    on device: Device
  ) throws -> LanguageModel {
    let shape = configuration.model
    if let base {
      var found = try base.configuration()
      found.setDropout(shape.dropout)
      found.computation = configuration.computation
      try frame.check(found, key: "base")
      return try base.languageModel(configuration: found, device: device)
    }
    var fresh = DecoderConfiguration(
      vocabularyCount: frame.tokenizer.identifierBound, positionCount: shape.positions,
      width: shape.width, layerCount: shape.layers, headCount: shape.heads,
      endOfTextToken: frame.endOfText, paddingToken: frame.tokenizer.id(of: "<|pad|>"))
    fresh.setDropout(shape.dropout)
    fresh.computation = configuration.computation
    try frame.check(fresh, key: "model")
    return try LanguageModel(
      fresh,
      ParameterBuilder(
        generator: Generator(seed: configuration.seed, purpose: "weights"), device: device))
  }
}

import Feedback
import Foundation
import LanguageModels
import NeuralNetworks
import Tokenization
import Torch

/// What a run that trains a reward model works with, loaded and fitted together.
struct RewardPreparation {
  /// A held-out file.
  struct HeldOut {
    var name: String
    var content: Content

    enum Content {
      case rated(texts: [[Int]], means: [Double])
      case marked([MarkedExample])
    }

    /// Its texts with their mean ratings; of marked completions 0, since nobody rated them.
    var ratings: [(tokens: [Int], rating: Double)] {
      switch content {
      case .rated(let texts, let means): zip(texts, means).map { ($0, $1) }
      case .marked(let examples): examples.map { ($0.tokens, 0) }
      }
    }

    /// How far a model agrees with it.
    func accuracy(_ trainer: RewardTrainer) -> Double {
      switch content {
      case .rated(let texts, let means): PairAgreement.accuracy(trainer.scores(texts), means)
      case .marked(let examples): trainer.accuracy(on: examples)
      }
    }
  }

  let base: ModelFolder
  let frame: TextFrame
  let model: RewardModel
  let preferences: RewardTrainer.Preferences
  let heldOut: [HeldOut]

  /// Says what a configuration lacks, before anything is loaded.
  static func check(_ configuration: RewardRun.Configuration) throws {
    guard !configuration.base.isEmpty else {
      throw TrainingError.configuration(key: "base", reason: "name a language model's folder")
    }
  }

  /// Loads everything.
  init(_ configuration: RewardRun.Configuration) throws {
    try Self.check(configuration)
    let device = try Device(named: configuration.device)
    base = ModelFolder(URL(fileURLWithPath: configuration.base))
    var shape = try base.configuration()
    frame = try TextFrame(
      Tokenizer.load(from: base.tokenizerURL), file: base.tokenizerURL, model: shape)
    shape.setDropout(configuration.dropout)
    shape.computation = configuration.computation
    try frame.check(shape, key: "base")
    model = try configuration.lora.applied(
      to: base.rewardModel(
        headFrom: Generator(seed: configuration.seed, purpose: "head"), configuration: shape,
        device: device),
      seed: configuration.seed)
    let positions = shape.positionCount
    let data = DataPreparation(frame, templateIn: base.tokenizerURL.deletingLastPathComponent())
    preferences = try data.preferences(configuration.train, longest: positions)
    var isMarked = false
    if case .marked = preferences { isMarked = true }
    heldOut = try configuration.heldOut.map { file in
      HeldOut(
        name: URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent,
        content: isMarked
          ? .marked(try data.marked([file], longest: positions).examples)
          : try Self.rated(file, data, positions))
    }
  }

  private static func rated(
    _ file: String, _ data: DataPreparation, _ longest: Int
  ) throws -> HeldOut.Content {
    let rows = try data.ratedTexts(file)
    guard rows.count > 1 else {
      throw TrainingError.configuration(
        key: "held_out", reason: "\(file) has fewer than two texts with `ratings` to compare")
    }
    return .rated(
      texts: rows.map { data.framed($0.text, longest: longest) },
      means: rows.map { Double($0.ratings.reduce(0, +)) / Double(max(1, $0.ratings.count)) })
  }
}

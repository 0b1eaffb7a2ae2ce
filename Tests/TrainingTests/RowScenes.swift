import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Tokenization
import Torch

@testable import Training

/// Scenes of runs that learn from rows, on tiny models with nothing wrong.
enum RowScenes {
  static func frame() throws -> TextFrame {
    try TextFrame(
      Tiny.tokenizer(), file: URL(fileURLWithPath: "tokenizer.json"), model: shape())
  }

  static func shape() throws -> DecoderConfiguration {
    var shape = try Tiny.textShape()
    shape.paddingToken = 1
    return shape
  }

  /// Twelve sentences that differ in length and are not cut.
  static let sentences =
    Tiny.texts + [
      "a dull film of loss", "two friends and a story of loss that is well played", "never funny",
      "the best of all the films about old friends in the year",
    ]

  static func texts(lora: LoRA? = nil, packedLength: Int? = nil) throws -> RowScene {
    var model = try Tiny.language(shape())
    if let lora { model = try model.adapted(by: lora, using: Generator(seed: 3)) }
    let frame = try frame()
    let examples = sentences.enumerated().map { index, text in
      let prompt = frame.opening(text, words: 1 + index % 3)
      let all = frame.framed(text)
      return SupervisedTrainer.Example(
        prompt: prompt, completion: Array(all[prompt.count...]), byteCount: text.utf8.count)
    }
    var configuration = SupervisedTrainer.Configuration()
    configuration.packedLength = packedLength
    return RowScene(
      try SupervisedTrainer(
        model, examples: Array(examples.dropLast(2)), configuration: configuration, seed: 0),
      frame: frame, heldOut: Array(examples.suffix(2)))
  }

  /// Pairs whose preferred text is as often the longer as the shorter one.
  static func scores(lora: LoRA? = nil, rated: Bool = false) throws -> RowScene {
    var model = try Tiny.reward(shape())
    if let lora { model = try model.adapted(by: lora, using: Generator(seed: 3)) }
    let frame = try frame()
    let tokens = sentences.map { frame.framed($0) }
    let preferences: RewardTrainer.Preferences =
      rated
      ? .rated(
        tokens.dropLast(2).enumerated().map { .init(tokens: $1, ratings: [$0 * 7 % 5, 2]) })
      : .pairs(
        texts: tokens,
        pairs: pairs.map { .init(first: $0.0, second: $0.1, probability: $0.2) })
    return RowScene(
      try RewardTrainer(model, preferences: preferences, configuration: .init(), seed: 0),
      frame: frame,
      heldOut: rated ? tokens.suffix(2).map { ($0, 3) } : [(frame.framed("a film of loss"), 3)])
  }

  static func preferences(
    lora: LoRA? = nil, _ change: (inout PreferenceTrainer.Configuration) -> Void = { _ in }
  ) throws -> RowScene {
    var policy = try Tiny.language(shape())
    let reference = try policy.copy()
    if let lora { policy = try policy.adapted(by: lora, using: Generator(seed: 3)) }
    let frame = try frame()
    let answers = sentences.map { frame.tokenizer.encode($0) + [frame.endOfText] }
    var configuration = PreferenceTrainer.Configuration()
    change(&configuration)
    let examples = pairs.map {
      PreferenceExample(
        prompt: frame.opening("what a"), chosen: answers[$0.0], rejected: answers[$0.1],
        probability: $0.2)
    }
    return RowScene(
      try PreferenceTrainer(
        policy, reference: reference, examples: examples, configuration: configuration, seed: 0),
      frame: frame,
      heldOut: [
        PreferenceExample(
          prompt: frame.opening("a"), chosen: answers[1], rejected: answers[2])
      ],
      longest: 48, isReferenceThePolicy: true)
  }

  private static let pairs: [(Int, Int, Double)] = {
    let order = sentences.indices.sorted { sentences[$0].count < sentences[$1].count }
    return order.indices.map { index in
      let (one, other) = (order[index], order[(index + 5) % order.count])
      return index % 2 == 0 ? (one, other, 1) : (other, one, 0.8)
    }
  }()
}

/// A fault that is put into a scene of rows, and the only check that may see it.
struct RowFault: Sendable, CustomStringConvertible {
  var description: String
  var check: String
  var status: Finding.Status
  var scene: @Sendable () throws -> RowScene

  init(
    _ description: String, in healthy: @escaping @Sendable () throws -> RowScene,
    seenBy check: String, as status: Finding.Status = .failed,
    _ spoil: @escaping @Sendable (inout RowScene) throws -> Void
  ) {
    self.description = description
    self.check = check
    self.status = status
    scene = {
      var scene = try healthy()
      try spoil(&scene)
      return scene
    }
  }
}

extension RowScene {
  /// Adds something to what is said of each row of a batch.
  mutating func distort(by amount: @escaping (_ row: Int, _ blanks: Int, _ padding: Int) -> Double)
  {
    let (numbers, lengths) = (passes.numbers, rows.map(\.length))
    passes.numbers = { rows, padding in
      let width = rows.map { lengths[$0] }.max() ?? 0
      return zip(numbers(rows, padding), rows).map { said, row in
        said.map { $0 + amount(row, width - lengths[row], padding) }
      }
    }
  }

  /// Changes the loss.
  mutating func distortLoss(_ change: @escaping (inout Loss, _ parts: Int) -> Void) {
    let loss = passes.loss
    passes.loss = { rows, parts in
      var found = loss(rows, parts)
      change(&found, parts)
      return found
    }
  }
}

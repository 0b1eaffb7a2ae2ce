public import Foundation
public import LanguageModels
public import NeuralNetworks
public import Tokenization
public import Torch

/// Models of two layers and width 16, which train in milliseconds.
public enum Tiny {
  /// A shape; token 0 ends a text.
  public static func shape(
    vocabulary: Int = 20, positions: Int = 24, initializerRange: Double = 0.3
  ) -> DecoderConfiguration {
    var shape = DecoderConfiguration(
      vocabularyCount: vocabulary, positionCount: positions, width: 16, layerCount: 2,
      headCount: 2, endOfTextToken: 0)
    shape.initializerRange = initializerRange
    return shape
  }

  /// A language model with random weights.
  public static func language(
    _ shape: DecoderConfiguration = Tiny.shape(), seed: UInt64 = 1, device: Device = .cpu
  ) throws -> LanguageModel {
    try LanguageModel(shape, ParameterBuilder(generator: Generator(seed: seed), device: device))
  }

  /// A reward model with random weights.
  public static func reward(
    _ shape: DecoderConfiguration = Tiny.shape(), seed: UInt64 = 2, device: Device = .cpu
  ) throws -> RewardModel {
    try RewardModel(shape, ParameterBuilder(generator: Generator(seed: seed), device: device))
  }

  /// All weights, bit by bit.
  public static func bytes(_ parameters: Parameters) -> [[UInt8]] {
    parameters.tensors.map { $0.detached().bytes }
  }

  /// Sentences about films, for whatever needs text.
  public static let texts = [
    "a warm and funny comedy about two old friends", "the film is slow and far too long",
    "what a dull and empty story this turns out to be", "one of the best films of the year",
    "a comedy that is never once funny at all", "lovely to look at and very well played",
    "the plot makes no sense from start to end", "an honest and moving film about loss",
  ]

  /// A tokenizer of `texts`, whose token 0 ends a text.
  public static func tokenizer() throws -> Tokenizer {
    try TokenizerTrainer(
      vocabularyCount: 300, specialTokens: ["<|endoftext|>", "<|pad|>"], startToken: "<|endoftext|>"
    )
    .train(on: texts)
  }

  /// A shape that fits the tokenizer.
  public static func textShape() throws -> DecoderConfiguration {
    try shape(vocabulary: tokenizer().identifierBound, positions: 48)
  }

  /// Writes a language model with its tokenizer into a folder.
  @discardableResult
  public static func saveLanguage(in folder: URL, seed: UInt64 = 1) throws -> LanguageModel {
    let model = try language(textShape(), seed: seed)
    try save(folder) { try $0.save(model, tokenizer: $1) }
    return model
  }

  /// Writes a reward model with its tokenizer into a folder.
  @discardableResult
  public static func saveReward(in folder: URL, seed: UInt64 = 2) throws -> RewardModel {
    let model = try reward(textShape(), seed: seed)
    try save(folder) { try $0.save(model, tokenizer: $1) }
    return model
  }

  private static func save(_ folder: URL, _ write: (ModelFolder, URL) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let model = ModelFolder(folder)
    try tokenizer().save(to: model.tokenizerURL)
    try write(model, model.tokenizerURL)
  }

  /// Writes rows as JSON Lines.
  public static func write(_ rows: [[String: Any]], to file: URL) throws {
    let lines = try rows.map {
      String(
        decoding: try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys),
        as: UTF8.self) + "\n"
    }
    try lines.joined().write(to: file, atomically: true, encoding: .utf8)
  }
}

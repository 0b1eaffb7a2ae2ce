public import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords

/// `rein sft`: trains a language model on texts, from scratch or from a checkpoint.
public struct SupervisedRun: Sendable {
  /// What a run is made of.
  public typealias Configuration = ModelRunConfiguration<Task>

  /// What this kind of run does.
  public struct Task: RunTask {
    /// JSON Lines files with `text`, `messages`, or `prompt` and `completion` (both text or both messages).
    public var train: [String] = []
    /// Held-out files of the same kind.
    public var heldOut: [String] = []
    /// `tokenizer.json`; nil takes the one beside `base`.
    public var tokenizer: String?
    /// A checkpoint folder to start from; nil starts from random weights.
    public var base: String?
    /// The shape of a fresh model.
    public var model = Shape()
    /// How to train.
    public var training = SupervisedTrainer.Configuration()

    enum CodingKeys: String, CodingKey {
      case train
      case heldOut = "held_out"
      case tokenizer, base, model, training
    }

    /// Defaults.
    public init() {}
  }

  /// The shape of a fresh model.
  public struct Shape: Codable, Equatable, Sendable {
    /// Blocks.
    public var layers = 4
    /// Width of hidden states.
    public var width = 192
    /// Attention heads.
    public var heads = 6
    /// The longest sequence.
    public var positions = 128
    /// Dropout while training, on the embeddings and on what each block adds.
    public var dropout = 0.1
  }

  /// What a run gave.
  public struct Result: Sendable {
    /// How it ended.
    public var ending: RunEnding
    /// Where the model is.
    public var model: URL
    /// Held-out nats per token, where there were held-out texts.
    public var heldOutLoss: Double?
    /// Held-out bits per byte, where there were held-out texts.
    public var bitsPerByte: Double?
    /// The number of weights, an adapter's not counted.
    public var parameterCount: Int
    /// The number of weights that were trained.
    public var trainedParameterCount: Int
  }

  private let configuration: Configuration

  /// A run, not yet begun.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Loads, trains, evaluates, saves.
  ///
  /// - Parameters:
  ///   - context: Where to write.
  ///   - observer: Who watches.
  /// - Returns: What came out.
  /// - Throws: What is wrong with configuration, files or training.
  public func run(_ context: RunContext, observer: RunObserver) throws -> Result {
    let base = configuration.base.map { ModelFolder(URL(fileURLWithPath: $0)) }
    try context.check(configuration.settings, startingFrom: base)
    let prepared = try SupervisedPreparation(configuration)
    let (model, heldOut) = (prepared.model, prepared.heldOut.examples)
    let saver = ModelSaver(
      configuration.settings, base: configuration.base, tokenizer: prepared.tokenizer)
    for note in [prepared.train.note, prepared.heldOut.note].compactMap(\.self) {
      observer.note(note)
    }
    let trainer = try SupervisedTrainer(
      model, examples: prepared.train.examples, configuration: configuration.training,
      seed: configuration.seed)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)

    let isFinished = try session.run {
      "loss \(($0[.loss] ?? .nan).short)"
    } save: { folder in
      try trainer.withFinalWeights { try saver.save(model, in: folder) }
    } each: { report in
      // Held-out texts are judged some twenty times in a run, and at its end.
      let interval = max(1, trainer.stepCount / 20)
      guard !heldOut.isEmpty, report.step % interval == 0 || report.step == trainer.stepCount
      else { return report }
      let (loss, bits) = trainer.evaluate(heldOut)
      var report = report
      report.metrics += [(.validationLoss, loss), (.validationBitsPerByte, bits)]
      observer.note(
        "step \(report.step): held-out loss \(loss.short) nats per token, \(bits.short) bits per byte"
      )
      return report
    }
    let scores = heldOut.isEmpty ? nil : trainer.evaluate(heldOut)
    trainer.finish()
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try saver.save(model, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      heldOutLoss: scores?.loss, bitsPerByte: scores?.bitsPerByte,
      parameterCount: model.parameters.elementCount,
      trainedParameterCount: model.trainedParameters.elementCount)
  }

}

extension DecoderConfiguration {
  /// Sets dropout on the embeddings and on what each block adds; attention weights keep none.
  mutating func setDropout(_ probability: Double) {
    residualDropout = probability
    embeddingDropout = probability
    attentionDropout = 0
  }
}

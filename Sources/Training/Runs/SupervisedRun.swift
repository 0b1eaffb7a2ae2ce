public import Foundation
public import LanguageModels
import NeuralNetworks
import RunRecords
import Tokenization
public import Torch

/// `rein sft`: trains a language model on texts, from scratch or from a checkpoint.
public struct SupervisedRun: Sendable {
  /// What a run is made of.
  public struct Configuration: Codable, Equatable, Sendable {
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
    /// Whether an adapter is trained instead of all weights.
    public var lora = AdapterChoice()
    /// How passes are computed: precision and memory.
    public var computation = Computation()
    /// Where models live and are trained: `cpu`, `cuda`, `cuda:N` or `mps`.
    public var device = "cpu"
    /// How to train.
    public var training = SupervisedTrainer.Configuration()
    /// When checkpoints are written, and which of them stay.
    public var checkpoints = CheckpointSettings()
    /// Where the trained model goes; nil puts it into the run folder.
    public var output: String?
    /// The type weights are stored in.
    public var storedType = DataType.float32
    /// Decides weights, order and dropout.
    public var seed: UInt64 = 0

    enum CodingKeys: String, CodingKey {
      case train
      case heldOut = "held_out"
      case tokenizer, base, model, lora
      case computation = "compute"
      case device
      case training, checkpoints, output
      case storedType = "stored_type"
      case seed
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
    try context.check(
      output: configuration.output, storedType: configuration.storedType,
      isAdapter: configuration.lora.leavesAdapter(on: base))
    let prepared = try SupervisedPreparation(configuration)
    let (model, heldOut) = (prepared.model, prepared.heldOut.examples)
    let saver = ModelSaver(
      choice: configuration.lora, base: configuration.base, storedType: configuration.storedType,
      tokenizer: prepared.tokenizer)
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

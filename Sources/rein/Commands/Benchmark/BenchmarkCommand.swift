public import ArgumentParser
import Foundation
public import LanguageModels
import NeuralNetworks
import Torch

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure training and sampling on random weights, and encoding.",
    discussion: """
      A figure counts only beside another of the same machine and minute: Benchmarks/run sets these beside TRL, transformers, \
      PyTorch and tokenizers doing the same work. `--limits` measures in the same run how fast the machine multiplies matrices \
      and moves through memory, and says which share of that the work came to.
      """,
    subcommands: [
      SFT.self, PPO.self, DPO.self, Reward.self, Generate.self, Encode.self,
    ])

  /// The shape of a random model.
  struct Shape: ParsableArguments {
    @Option(
      help: "A folder with a config.json: its shape instead of layers, width, heads, vocabulary.")
    var config: String?
    @Option(help: "Blocks.") var layers = 2
    @Option(help: "Width of hidden states.") var width = 128
    @Option(help: "Attention heads.") var heads = 4
    @Option(help: "Tokens in the vocabulary.") var vocabulary = 1000
    @Option(help: "Rows at a time.") var batch = 32
    @Option(help: "Tokens of a prompt.") var prompt = 16
    @Option(name: .customLong("new"), help: "Tokens of a completion.") var new = 32
    @Option(help: "Threads of an operator.") var threads = 2
    @Option(help: "cpu, cuda, cuda:N or mps.") var device = "cpu"
    @Option(help: "The type of the weights: float32, bfloat16 or float64.") var dtype = "float32"
    @Option(help: "The type of matrix products: weights or bfloat16.")
    var precision = Computation.Precision.weights
    @Flag(help: "Compute blocks again for their gradients instead of keeping them.")
    var gradientCheckpointing = false

    func validate() throws {
      let least = [
        ("layers", layers, 1), ("width", width, 1), ("heads", heads, 1), ("batch", batch, 1),
        ("vocabulary", vocabulary, 4), ("prompt", prompt, 1), ("new", new, 1),
        ("threads", threads, 1),
      ]
      for (name, value, bound) in least where value < bound {
        throw ValidationError("--\(name) \(value) is below \(bound)")
      }
      if config == nil, let problem = described.problem { throw ValidationError(problem) }
    }

    /// Where the work is done.
    func place() throws -> Device {
      Device.threadCount = threads
      return try Device(named: device)
    }

    func builder(seed: UInt64) throws -> ParameterBuilder {
      ParameterBuilder(
        generator: Generator(seed: seed), dataType: try ModelOptions.dataType(dtype),
        device: try place())
    }

    func model(seed: UInt64) throws -> LanguageModel {
      try LanguageModel(configuration(), builder(seed: seed))
    }

    /// The shape; nothing ends its texts.
    func configuration() throws -> DecoderConfiguration {
      var shape =
        try config.map { try ModelFolder(URL(fileURLWithPath: $0)).configuration() } ?? described
      shape.endOfTextToken = nil
      shape.otherEndOfTextTokens = []
      (shape.residualDropout, shape.embeddingDropout, shape.attentionDropout) = (0, 0, 0)
      shape.computation.precision = precision
      shape.computation.recomputesBlocks = gradientCheckpointing
      guard shape.vocabularyCount >= 4 else {
        throw InputProblem(
          "\(config ?? ""): \(shape.vocabularyCount) tokens are too few for random texts, it takes 4"
        )
      }
      guard prompt + new <= shape.positionCount else {
        throw InputProblem(
          "--prompt \(prompt) and --new \(new) are more than the \(shape.positionCount) places of the model"
        )
      }
      return shape
    }

    private var described: DecoderConfiguration {
      DecoderConfiguration(
        vocabularyCount: vocabulary, positionCount: max(256, prompt + new + 1), width: width,
        layerCount: layers, headCount: heads)
    }

    /// Random prompts.
    func prompts(_ count: Int, of configuration: DecoderConfiguration) -> [[Int]] {
      texts(count, length: prompt, of: configuration)
    }

    /// Random texts.
    func texts(_ count: Int, length: Int, of configuration: DecoderConfiguration) -> [[Int]] {
      let draws = Generator(seed: 1)
      return (0..<count).map { _ in
        (0..<length).map { _ in 3 + draws.integer(below: configuration.vocabularyCount - 3) }
      }
    }
  }
}

extension Computation.Precision: ExpressibleByArgument {}

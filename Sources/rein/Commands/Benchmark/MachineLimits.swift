import Foundation
import LanguageModels
import NeuralNetworks
import Torch

/// What a machine can do at most, measured: the two rates that training and sampling run into.
struct MachineLimits {
  /// Floating-point operations per second of a product of two large matrices.
  let matrixRate: Double
  /// Bytes per second that go to and from memory, of much more than fits into caches.
  let memoryRate: Double

  /// Measures both, the best of several each.
  ///
  /// - Parameters:
  ///   - device: Where.
  ///   - dataType: Of the matrices.
  init(on device: Device, _ dataType: DataType) {
    let isProcessor = device == .cpu
    let size = isProcessor ? 2048 : 8192
    let matrix = Tensor.full([size, size], 0.5, dataType: dataType, device: device)
    let product = Self.seconds(on: device) { _ = matrix.matmul(matrix) }
    matrixRate = 2 * pow(Double(size), 3) / product
    let count = isProcessor ? 1 << 28 : 1 << 30
    let numbers = Tensor.ones([count], device: device)
    // Each number is read and written: a sum, which only reads, goes along one stream a core and stays at two thirds of it.
    memoryRate =
      8 * Double(count)
      / Self.seconds(on: device) { FusedUpdate.scale([numbers], by: Tensor(1, device: device)) }
  }

  private static func seconds(on device: Device, _ work: () -> Void) -> Double {
    Tensor.withoutRecording {
      (0..<6).map { _ in
        let start = ContinuousClock.now
        work()
        device.synchronize()
        return (ContinuousClock.now - start) / .seconds(1)
      }.min() ?? .nan
    }
  }
}

/// What a piece of work comes to, to be set beside a machine's limits.
struct WorkRate {
  /// Floating-point operations of matrix products per second.
  let operations: Double
  /// Bytes that cannot but go to and from memory, per second.
  let traffic: Double

  /// The rate of a training step.
  ///
  /// 2 operations per weight and token forward and 4 backward, and attention's 12 · layers · width · time per token, halved
  /// for what lies behind (Chowdhery and others 2022, arXiv 2204.02311, appendix B). Weights are read for both
  /// passes, gradients written and read, weights and two moments read and written: ten times the weights' bytes.
  ///
  /// - Parameters:
  ///   - model: What is trained.
  ///   - rows: Texts in a batch.
  ///   - time: Tokens of a text.
  ///   - seconds: How long a step took.
  /// - Returns: Operations and bytes per second.
  static func training(_ model: LanguageModel, rows: Int, time: Int, seconds: Double) -> WorkRate {
    let shape = model.configuration
    let attention = 6 * shape.layerCount * shape.headCount * shape.headWidth * time
    let perToken = Double(6 * multiplied(model) + attention)
    return WorkRate(
      operations: perToken * Double(rows * time) / seconds,
      traffic: Double(10 * bytes(model)) / seconds)
  }

  /// The rate of sampling: prompts once, then a pass per token, which reads all weights and the keys and values so far.
  ///
  /// - Parameters:
  ///   - model: What is sampled from.
  ///   - rows: Completions.
  ///   - prompt: Tokens of a prompt.
  ///   - new: Tokens of a completion.
  ///   - seconds: How long all of it took.
  /// - Returns: Operations and bytes per second.
  static func sampling(
    _ model: LanguageModel, rows: Int, prompt: Int, new: Int, seconds: Double
  ) -> WorkRate {
    let shape = model.configuration
    let tokens = Double(rows * (prompt + new - 1))
    let cached = 2 * shape.layerCount * shape.keyValueHeadCount * shape.headWidth * rows
    let held = cached * model.outputWeight.dataType.byteCount * (prompt + new / 2)
    return WorkRate(
      operations: 2 * Double(multiplied(model)) * tokens / seconds,
      traffic: Double(new) * Double(bytes(model) + held) / seconds)
  }

  // Weights that stand in a matrix product: tables are only looked up, but for one that is the output projection too.
  private static func multiplied(_ model: LanguageModel) -> Int {
    let projections = model.parameters.filter {
      !$0.hasSuffix("wpe.weight") && !$0.hasSuffix("wte.weight") && !$0.contains("embed_")
    }
    let tied = model.configuration.tiesEmbeddings ? model.outputWeight.count : 0
    return projections.tensors.reduce(tied) { $0 + ($1.rank == 2 ? $1.count : 0) }
  }

  private static func bytes(_ model: LanguageModel) -> Int {
    model.parameters.tensors.reduce(0) { $0 + $1.count * $1.dataType.byteCount }
  }

  /// Shares of what the machine can do, for a line of text.
  func described(beside limits: MachineLimits) -> String {
    String(
      format: "%.0f of %.0f GFLOP/s (%.0f %%), %.1f of %.1f GB/s (%.0f %%)",
      operations / 1e9, limits.matrixRate / 1e9, 100 * operations / limits.matrixRate,
      traffic / 1e9, limits.memoryRate / 1e9, 100 * traffic / limits.memoryRate)
  }

  /// Shares of what the machine can do, for JSON.
  func fields(beside limits: MachineLimits) -> [String: Any] {
    [
      "flops": operations, "matrix_flops": limits.matrixRate,
      "matrix_share": operations / limits.matrixRate, "bytes_per_second": traffic,
      "memory_bytes_per_second": limits.memoryRate, "memory_share": traffic / limits.memoryRate,
    ]
  }
}

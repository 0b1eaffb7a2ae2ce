public import Torch

/// Where the draws of a rollout come from.
public enum TokenDraws {
  /// One generator, whose next numbers go to the rows of a batch in turn: what training uses.
  case inTurn(Generator)
  /// A seed for each completion, whose draws then do not depend on what else is in the batch.
  case seeds([UInt64])

  /// A seed for one sample of one prompt: samples of a prompt differ by their seed, prompts by their tokens.
  ///
  /// - Parameters:
  ///   - seed: The sample's seed.
  ///   - prompt: The prompt's tokens.
  /// - Returns: A seed for ``seeds(_:)``.
  public static func seed(_ seed: UInt64, prompt: [Int]) -> UInt64 {
    prompt.reduce(mixed(seed)) { mixed($0 ^ UInt64(truncatingIfNeeded: $1)) }
  }

  /// SplitMix64's output function (Steele, Lea and Flood 2014).
  fileprivate static func mixed(_ value: UInt64) -> UInt64 {
    var value = value &+ increment
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  fileprivate static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15
}

/// The draws of the rows that are still being written.
struct RowDraws {
  private let generator: Generator?
  // Every row's numbers in [0, 1), step by step [rows, steps]: made at once, so that no step waits for the host.
  private var levels: Tensor?

  init(_ draws: TokenDraws, rows: Int, steps: Int, device: Device) {
    switch draws {
    case .inTurn(let generator):
      self.generator = generator
      levels = nil
    case .seeds(let seeds):
      precondition(seeds.count == rows, "\(seeds.count) seeds for \(rows) completions")
      generator = nil
      let numbers = seeds.flatMap { seed in
        (0..<steps).map { step in
          let bits = TokenDraws.mixed(seed &+ TokenDraws.increment &* UInt64(step))
          return Double(bits >> 11) * 0x1p-53
        }
      }
      levels = Tensor(numbers, shape: [rows, steps], device: device)
    }
  }

  /// One token per row.
  func tokens(_ logProbabilities: Tensor, step: Int) -> Tensor {
    if let generator { return generator.categorical(logits: logProbabilities) }
    guard let levels else { preconditionFailure("draws without a source") }
    return Generator.categorical(logits: logProbabilities, levels: levels.select(1, step))
  }

  mutating func keep(rows: Tensor) { levels = levels?.selecting(rows, along: 0) }
}

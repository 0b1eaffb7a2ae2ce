import Torch

/// Prompts in random order, again and again.
final class PromptQueue: Resumable {
  private let prompts: [[Int]]
  private let order: Generator
  private var waiting: [Int] = []
  private lazy var fingerprint = Fingerprint.of(prompts)

  /// A queue.
  ///
  /// - Parameters:
  ///   - prompts: Token ids, at least one prompt.
  ///   - seed: Decides the order.
  init(_ prompts: [[Int]], seed: UInt64) {
    self.prompts = prompts
    order = Generator(seed: seed, purpose: "prompts")
  }

  /// The next prompts, each several times, its copies side by side.
  func next(_ count: Int, copies: Int) -> [[Int]] {
    (0..<count).flatMap { _ in
      if waiting.isEmpty { waiting = order.permutation(prompts.count).integers }
      return Array(repeating: prompts[waiting.removeLast()], count: copies)
    }
  }

  /// Which prompts wait, and the order of those to come.
  func carry(_ state: TrainingState) throws {
    try state.expect("the prompts", fingerprint)
    try state.carry("waiting", &waiting)
    try state.carry("order", order)
  }
}

import Torch

/// What the trainer says of completions, one list each.
public struct TrainerView: Equatable, Sendable {
  /// The tokens that are trained on.
  public var tokens: [[Int]]
  /// log π of them.
  public var logProbabilities: [[Double]]
  /// The entropies of the distributions they stand in.
  public var entropies: [[Double]]
  /// V of the states before them.
  public var values: [[Double]]

  /// Looks as the trainer does when it forms a loss.
  init(
    _ agent: LanguageAgent, _ episodes: Episodes<LanguageAgent.Record>, rows: [Int], padding: Int
  ) {
    agent.padding = padding
    defer { agent.padding = 0 }
    let minibatch = Minibatch(rows, of: episodes.lengths)
    let (now, actions) = Tensor.withoutRecording {
      (
        agent.judge(episodes.record, minibatch, Questions()),
        agent.actions(episodes.record, minibatch)
      )
    }
    let lengths = rows.map { episodes.lengths[$0] }
    let split = { (tensor: Tensor?) in tensor?.doubles.parts(of: lengths) ?? [] }
    tokens = actions.integers.parts(of: lengths)
    logProbabilities = split(now.logProbabilities)
    entropies = split(now.entropies)
    values = split(now.values)
  }

  /// What is compared of one completion.
  func numbers(of row: Int) -> [Double] { logProbabilities[row] + values[row] }
}

extension Minibatch {
  /// Some trajectories of a step whose lengths are known.
  init(_ rows: [Int], of lengths: [Int]) {
    var starts = [0]
    for length in lengths { starts.append((starts.last ?? 0) + length) }
    self.init(
      rows: rows, places: Tensor(rows.flatMap { Array(starts[$0]..<starts[$0 + 1]) }),
      packing: Packing(lengths: rows.map { lengths[$0] }))
  }
}

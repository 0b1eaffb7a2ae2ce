import Torch

/// What is written down while sampling: tensors per step over the rows then active, tokens as soon as the host reads them.
struct RolloutRecord {
  private(set) var completions: [Completion]
  // Where each completion's tokens stand among those of all steps.
  private var places: [[Int]]
  private var count = 0
  private var unread: [Tensor] = []
  private var logProbabilities: [Tensor] = []
  private var greedyTokens: [Tensor] = []
  private var greedyLogProbabilities: [Tensor] = []
  private var hidden: [Tensor] = []
  private var spending: [Spending] = []
  private let recordsGreedy: Bool

  init(_ prompts: [[Int]], recordsGreedy: Bool) {
    self.recordsGreedy = recordsGreedy
    completions = prompts.map { Completion(prompt: $0, tokens: [], finish: .length) }
    places = prompts.map { _ in [] }
  }

  mutating func append(
    _ tokens: Tensor, _ distribution: Tensor, _ states: Tensor, spending: Spending? = nil
  ) {
    if let spending { self.spending.append(spending) }
    unread.append(tokens)
    logProbabilities.append(distribution.gathered(tokens.unsqueezed(1), along: 1).squeezed(1))
    hidden.append(states)
    guard recordsGreedy else { return }
    let greedy = distribution.argmax(along: -1)
    greedyTokens.append(greedy)
    greedyLogProbabilities.append(distribution.gathered(greedy.unsqueezed(1), along: 1).squeezed(1))
  }

  /// Reads the tokens of the steps since the last time.
  ///
  /// - Parameters:
  ///   - rows: The completions that were active in all of them.
  ///   - ends: Says why a completion ends with a token, or nil.
  /// - Returns: Which of the rows go on; what the others drew after their end is void.
  mutating func read(
    rows: [Int], ends: (_ completion: Int, _ token: Int) -> Completion.Finish?
  ) -> [Int] {
    var ended = [Bool](repeating: false, count: rows.count)
    for step in unread {
      for (index, token) in step.integers.enumerated() {
        defer { count += 1 }
        guard !ended[index] else { continue }
        let row = rows[index]
        completions[row].tokens.append(token)
        places[row].append(count)
        guard let finish = ends(row, token) else { continue }
        completions[row].finish = finish
        ended[index] = true
      }
    }
    unread = []
    return rows.indices.filter { !ended[$0] }
  }

  /// From step-by-step order to completion-by-completion order.
  func rollout(final: Tensor?) -> Rollout {
    let order = Tensor(places.flatMap { $0 }, device: hidden[0].device)
    let pack = { (steps: [Tensor]) in
      Tensor.concatenate(steps, along: 0).selecting(order, along: 0)
    }
    return Rollout(
      completions: completions, logProbabilities: pack(logProbabilities),
      greedy: recordsGreedy
        ? .init(tokens: pack(greedyTokens), logProbabilities: pack(greedyLogProbabilities)) : nil,
      spending: spending.isEmpty
        ? nil
        : Spending(spending, packedBy: pack), hidden: pack(hidden), finalHidden: final)
  }
}

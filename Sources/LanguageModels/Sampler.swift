public import Torch

/// Draws completions from a language model: prompts in one pass, then token by token with a key-value cache; finished
/// rows leave the batch.
public struct Sampler {
  private let model: LanguageModel
  private let sampling: Sampling
  private let stopToken: Int?
  private let recordsGreedy: Bool
  private let continues: Bool
  private let dropout: Generator?

  /// A sampler.
  ///
  /// - Parameters:
  ///   - model: The policy.
  ///   - sampling: How tokens are drawn.
  ///   - stopToken: The token that ends a completion; nil never ends one early.
  ///   - recordsGreedy: Whether the most probable tokens are written down too.
  ///   - continues: Whether the state after each completion's last token is computed too, for tasks that go on; needs `stopToken` nil.
  ///   - dropout: Where dropout masks come from, for policies that act as they are trained.
  public init(
    _ model: LanguageModel, _ sampling: Sampling, stopToken: Int?, recordsGreedy: Bool = false,
    continues: Bool = false, dropout: Generator? = nil
  ) {
    precondition(!continues || stopToken == nil, "a task that goes on has no token that ends it")
    self.continues = continues
    self.dropout = dropout
    self.model = model
    self.sampling = sampling
    self.stopToken = stopToken
    self.recordsGreedy = recordsGreedy
  }

  /// One completion for each prompt.
  ///
  /// - Parameters:
  ///   - prompts: Token ids, no prompt empty; they may differ in length.
  ///   - generator: Where the draws come from.
  /// - Returns: The completions and what was known at each token.
  public func rollout(_ prompts: [[Int]], using generator: Generator) -> Rollout {
    Tensor.withoutRecording {
      var batch = ActiveBatch(
        prompts, model, capacity: sampling.maximumLength + (continues ? 1 : 0), dropout: dropout)
      var record = RolloutRecord(prompts, recordsGreedy: recordsGreedy)
      var hidden = batch.prefill()
      // Scores are formed in at least float32, as in training: rounded ones would move probability ratios.
      let type = model.outputWeight.dataType == .float64 ? DataType.float64 : .float32
      let output = model.outputWeight.cast(to: type).transposed()
      for step in 0..<sampling.maximumLength {
        let scores = distribution(hidden.cast(to: type).matmul(output), step: step)
        let logProbabilities = scores.logSoftmax(along: -1)
        let tokens =
          sampling.temperature == 0
          ? scores.argmax(along: -1) : generator.categorical(logits: logProbabilities)
        let drawn = tokens.integers
        record.append(drawn, tokens, logProbabilities, hidden, rows: batch.rows)
        let going = drawn.indices.filter { drawn[$0] != stopToken }
        for index in drawn.indices where drawn[index] == stopToken {
          record.finish(batch.rows[index])
        }
        if going.isEmpty || step + 1 == sampling.maximumLength && !continues { break }
        hidden = batch.advance(tokens, keeping: going)
      }
      return record.rollout(final: continues ? hidden : nil)
    }
  }

  // Scores of the distribution that tokens are drawn from: tokens that cannot be drawn have −∞.
  private func distribution(_ logits: Tensor, step: Int) -> Tensor {
    var scores = sampling.temperature > 0 ? logits / sampling.temperature : logits
    if let stopToken, step < sampling.minimumLength {
      let place = Tensor.full(
        [scores.size(0), 1], Double(stopToken), dataType: .int64, device: scores.device)
      let never = Tensor.full(
        [scores.size(0), 1], -.infinity, dataType: scores.dataType, device: scores.device)
      scores = scores.scattering(never, at: place, along: 1)
    }
    if sampling.topK > 0 && sampling.topK < scores.size(1) {
      let least = scores.largest(sampling.topK, along: 1).values.slice(
        1, sampling.topK - 1..<sampling.topK)
      scores = scores.replacing(with: -.infinity, where: scores .< least)
    }
    if sampling.topP < 1 {
      let (sorted, order) = scores.sorted(along: 1, descending: true)
      let probabilities = sorted.softmax(along: 1)
      // A token stays while the sum before it has not reached the bound, so the first always stays.
      let outside = (probabilities.cumulativeSum(along: 1) - probabilities) .>= sampling.topP
      let cut = sorted.replacing(with: -.infinity, where: outside)
      scores = cut.scattering(cut, at: order, along: 1)
    }
    return scores
  }
}

/// The rows that are still being written, and their cache.
private struct ActiveBatch {
  /// Which prompt each row belongs to.
  private(set) var rows: [Int]
  private let model: LanguageModel
  private let cache: KeyValueCache
  private let prompts: Tensor
  private let longest: Int
  // How much of each row's start is padding [batch]; nil where all prompts have one length.
  private var padding: Tensor?
  private let dropout: Generator?

  init(_ prompts: [[Int]], _ model: LanguageModel, capacity: Int, dropout: Generator?) {
    precondition(
      !prompts.isEmpty && prompts.allSatisfy { !$0.isEmpty },
      "sampling needs prompts, none of them empty")
    let longest = prompts.map(\.count).max() ?? 0
    precondition(
      longest + capacity - 1 <= model.configuration.positionCount,
      "a prompt of \(longest) tokens and \(capacity) new ones in a model of \(model.configuration.positionCount) positions"
    )
    self.model = model
    self.dropout = dropout
    self.longest = longest
    rows = Array(prompts.indices)
    let device = model.outputWeight.device
    cache = KeyValueCache(
      model.configuration, batch: prompts.count, capacity: longest + capacity,
      dataType: model.outputWeight.dataType, device: device)
    let missing = prompts.map { longest - $0.count }
    let flat = zip(prompts, missing).flatMap { Array(repeating: 0, count: $1) + $0 }
    self.prompts = Tensor(flat, shape: [prompts.count, longest], device: device)
    padding = missing.contains { $0 > 0 } ? Tensor(missing, device: device) : nil
  }

  mutating func prefill() -> Tensor {
    forward(prompts)
  }

  mutating func advance(_ tokens: Tensor, keeping going: [Int]) -> Tensor {
    var tokens = tokens
    if going.count < rows.count {
      let kept = Tensor(going, device: tokens.device)
      rows = going.map { rows[$0] }
      cache.keep(rows: kept)
      tokens = tokens.selecting(kept, along: 0)
      padding = padding?.selecting(kept, along: 0)
    }
    return forward(tokens.unsqueezed(1))
  }

  private func forward(_ tokens: Tensor) -> Tensor {
    let (start, new) = (cache.length, tokens.size(1))
    var context = Trunk.Context(cache: cache, dropout: dropout)
    if let padding {
      let padded = padding.unsqueezed(1)
      let places = Tensor.range(start + new, device: tokens.device)
      let queries = places.slice(0, start..<start + new)
      context.positions = (queries - padded).clamped(atLeast: 0)
      // Causal, and no padding but oneself (a row of nothing but −∞ has no softmax).
      let (query, key) = (queries.unsqueezed(1), places.unsqueezed(0))
      let causal = (key .<= query).unsqueezed(0)
      let real = (places .>= padded).unsqueezed(1)
      context.mask = .allowed(((causal .& real) .| (key .== query).unsqueezed(0)).unsqueezed(1))
    }
    return model.trunk(tokens, context).select(1, new - 1)
  }
}

/// What is written down while sampling: per step, over the rows then active.
private struct RolloutRecord {
  private var completions: [Completion]
  private var rows: [[Int]] = []
  private var logProbabilities: [Tensor] = []
  private var greedyTokens: [Tensor] = []
  private var greedyLogProbabilities: [Tensor] = []
  private var hidden: [Tensor] = []
  private let recordsGreedy: Bool

  init(_ prompts: [[Int]], recordsGreedy: Bool) {
    self.recordsGreedy = recordsGreedy
    completions = prompts.map { Completion(prompt: $0, tokens: [], finish: .length) }
  }

  mutating func append(
    _ drawn: [Int], _ tokens: Tensor, _ distribution: Tensor, _ states: Tensor, rows active: [Int]
  ) {
    for (row, token) in zip(active, drawn) { completions[row].tokens.append(token) }
    rows.append(active)
    logProbabilities.append(distribution.gathered(tokens.unsqueezed(1), along: 1).squeezed(1))
    hidden.append(states)
    guard recordsGreedy else { return }
    let greedy = distribution.argmax(along: -1)
    greedyTokens.append(greedy)
    greedyLogProbabilities.append(distribution.gathered(greedy.unsqueezed(1), along: 1).squeezed(1))
  }

  mutating func finish(_ row: Int) { completions[row].finish = .stopToken }

  // From step-by-step order to completion-by-completion order.
  func rollout(final: Tensor?) -> Rollout {
    var places: [[Int]] = completions.map { _ in [] }
    var place = 0
    for active in rows {
      for row in active {
        places[row].append(place)
        place += 1
      }
    }
    let order = Tensor(places.flatMap { $0 }, device: hidden[0].device)
    let pack = { (steps: [Tensor]) in
      Tensor.concatenate(steps, along: 0).selecting(order, along: 0)
    }
    return Rollout(
      completions: completions, logProbabilities: pack(logProbabilities),
      greedy: recordsGreedy
        ? .init(tokens: pack(greedyTokens), logProbabilities: pack(greedyLogProbabilities)) : nil,
      hidden: pack(hidden), finalHidden: final)
  }
}

import NeuralNetworks
public import PolicyOptimization
public import Torch

/// What a policy on a KL budget says about the tokens of whole episodes: of the mixtures that it plays, not of what it proposes.
///
/// What is left before a token is what the policy itself has spent before it, so that it is worked out again from the first token on, and
/// gradients follow it: what an early token takes decides what later ones can afford. Were it a given, as in the published code, nothing would
/// tell the policy what spending costs, and it would learn to spend at once.
public struct BudgetedStatistics: Sendable {
  /// log x(token) [n].
  public let logProbabilities: Tensor
  /// −Σ x log x in nats [n].
  public let entropies: Tensor
  /// KL(x ‖ b) in nats [n]; to be looked at, without gradients.
  public let divergences: Tensor

  /// The episodes, packed: the tokens of the first, then those of the second, and so on.
  public struct Episodes {
    /// The states of the policy's trunk that predict the tokens [n, width].
    public var policy: Tensor
    /// The base model's states [n, width′].
    public var base: Tensor
    /// The tokens [n] int64.
    public var tokens: Tensor
    /// How many tokens each episode has.
    public var lengths: [Int]
    /// The budget of each episode in nats [episodes].
    public var budgets: Tensor

    /// Episodes.
    public init(
      policy: Tensor, base: Tensor, tokens: Tensor, lengths: [Int], budgets: Tensor
    ) {
      self.policy = policy
      self.base = base
      self.tokens = tokens
      self.lengths = lengths
      self.budgets = budgets
    }
  }

  /// Statistics, token after token, of all episodes side by side; where [n, vocabulary] is too large to be kept it is computed again
  /// for gradients.
  ///
  /// - Parameters:
  ///   - episodes: What policy and base model see; gradients reach the policy's states.
  ///   - head: What the policy knows of its budget; gradients reach its weights.
  ///   - outputs: The output projections [vocabulary, width] of policy and base model; gradients reach the policy's.
  ///   - accounting: How the budget counts.
  ///   - temperature: Divides the scores of both.
  ///   - differentiatesEntropy: Whether gradients go through entropies, which is dearer.
  ///   - kept: The most log-probabilities that are kept for gradients; more are computed again.
  public init(
    _ episodes: Episodes, head: BudgetHead, outputs: (policy: Tensor, base: Tensor),
    accounting: KLBudget.Accounting, temperature: Double = 1, differentiatesEntropy: Bool = true,
    kept: Int = 1 << 23
  ) {
    let steps = Steps(episodes.lengths, device: episodes.tokens.device)
    let keeps = episodes.tokens.count * outputs.policy.size(0) <= kept
    let moment = Moment(
      head: head, outputs: outputs, accounting: accounting, temperature: temperature,
      differentiatesEntropy: differentiatesEntropy)
    var left = episodes.budgets.cast(to: .float64).selecting(steps.order, along: 0)
    let all = steps.places.map { places in
      left = left.slice(0, 0..<places.count)
      let pick = { (tensor: Tensor) in tensor.selecting(places, along: 0) }
      // What gradients reach goes in as one tensor: what is left beside each state.
      let input = Tensor.concatenate(
        [pick(episodes.policy).cast(to: .float64), left.unsqueezed(1)], along: 1)
      let (base, tokens) = (pick(episodes.base), pick(episodes.tokens))
      let body = { (input: Tensor) in moment(input, base: base, tokens: tokens) }
      let found =
        keeps
        ? body(input)
        : input.recomputing(parameters: [outputs.policy] + head.parameters.tensors, body)
      left = found.select(1, 3)
      return found.slice(1, 0..<3)
    }
    let packed = Tensor.concatenate(all, along: 0).selecting(steps.packed, along: 0)
      .cast(to: moment.dataType)
    (logProbabilities, entropies) = (packed.select(1, 0), packed.select(1, 1))
    divergences = packed.select(1, 2)
  }
}

/// Which tokens of episodes of different lengths stand side by side.
private struct Steps {
  /// The episodes, the longest first [episodes] int64.
  let order: Tensor
  /// Where the first tokens of all episodes stand in packed tensors, then the second ones of those that have one, and so on.
  let places: [Tensor]
  /// Where each packed token stands in the order of `places` [n] int64.
  let packed: Tensor

  init(_ lengths: [Int], device: Device) {
    var start = 0
    let starts = lengths.map { length in
      defer { start += length }
      return start
    }
    let order = lengths.indices.sorted { lengths[$0] > lengths[$1] }
    let places = (0..<(lengths.max() ?? 0)).map { time in
      order.prefix { lengths[$0] > time }.map { starts[$0] + time }
    }
    var packed = [Int](repeating: 0, count: start)
    for (index, place) in places.joined().enumerated() { packed[place] = index }
    self.order = Tensor(order, device: device)
    self.places = places.map { Tensor($0, device: device) }
    self.packed = Tensor(packed, device: device)
  }
}

/// One token of each of some episodes.
private struct Moment {
  let head: BudgetHead
  let outputs: (policy: Tensor, base: Tensor)
  let accounting: KLBudget.Accounting
  let temperature: Double
  let differentiatesEntropy: Bool

  var dataType: DataType { outputs.policy.dataType == .float64 ? .float64 : .float32 }

  /// What the mixtures of some rows say.
  ///
  /// - Parameters:
  ///   - input: The trunk's states and what is left [rows, width + 1].
  ///   - base: The base model's states [rows, width′].
  ///   - tokens: [rows] int64.
  /// - Returns: log x(token), entropy, KL, and what is left afterwards [rows, 4], float64.
  func callAsFunction(_ input: Tensor, base: Tensor, tokens: Tensor) -> Tensor {
    let width = input.size(1) - 1
    var ledger = BudgetLedger(left: input.select(1, width), accounting: accounting)
    let (states, shares) = head(input.slice(1, 0..<width), left: ledger.left)
    let mixture = ledger.mixture(
      proposal: distribution(states, outputs.policy),
      base: Tensor.withoutRecording { distribution(base, outputs.base) }, shares: shares)
    let entropies = { entropy(mixture.logProbabilities) }
    let costs = ledger.charge(tokens, from: mixture)
    return Tensor.stack(
      [
        mixture.logProbabilities(of: tokens),
        differentiatesEntropy ? entropies() : Tensor.withoutRecording(entropies),
        (accounting == .analytic ? costs : Tensor.withoutRecording { mixture.divergences })
          .detached(), ledger.left,
      ].map { $0.cast(to: .float64) }, along: 1)
  }

  private func distribution(_ hidden: Tensor, _ output: Tensor) -> Tensor {
    (hidden.cast(to: dataType).matmul(output.cast(to: dataType).transposed()) / temperature)
      .logSoftmax(along: -1)
  }
}

public import Torch

/// A policy held to an allowance of nats: x = α·a + (1 − α)·b, as near to the policy a as KL(x ‖ b) ≤ k lets it come.
///
/// KL(x ‖ b) grows with α from 0 to KL(a ‖ b), so there is one largest α ∈ [0, 1]: 1 where the whole policy is affordable,
/// 0 where nothing is. It is found by Newton's method on √KL, which is nearly linear in α, within a bracket. An allowance of
/// zero plays the base policy b to the bit, one that is large enough the policy a.
///
/// Gradients are those of the implicit function: ∂α/∂k = 1 / (∂KL/∂α) and ∂α/∂aᵢ = −α·(1 + log xᵢ − log bᵢ) / (∂KL/∂α) with
/// ∂KL/∂α = Σᵢ (aᵢ − bᵢ)·log(xᵢ/bᵢ); none of them where α is 0 or 1, and none reaches b.
///
/// Source: Cohen, Hutter, Bengio and Russell 2024 (arXiv 2410.06213), by their experiment's code, which adds 1e-6 to every allowance.
///
/// Article: <doc:KLBudget>.
public struct BudgetedMixture: Sendable {
  /// α [n], float64.
  public let weights: Tensor
  private let proposal: Tensor
  private let line: Line

  /// The mixture of every row.
  ///
  /// - Parameters:
  ///   - proposal: log a [n, actions]; −∞ is allowed.
  ///   - base: log b [n, actions]; a row that rules out what the proposal does not is played as it is.
  ///   - allowances: k ≥ 0 in nats [n].
  ///   - largestLogRatios: What log(xᵢ/bᵢ) of no action may pass [n], in nats; nil sets no bound.
  public init(
    proposal: Tensor, base: Tensor, allowances: Tensor, largestLogRatios: Tensor? = nil
  ) {
    precondition(
      proposal.rank == 2 && proposal.shape == base.shape && allowances.shape == [proposal.size(0)],
      "a mixture of \(proposal.shape) and \(base.shape) with allowances \(allowances.shape)")
    self.proposal = proposal
    let allowances = allowances.cast(to: .float64)
    let (line, root, slopes, costs) = Tensor.withoutRecording {
      let line = Line(policy: proposal.cast(to: .float64), base: base.cast(to: .float64))
      let root = line.largestWeights(allowances.detached())
      return (line, root, line.slopes(root), line.costs(root))
    }
    self.line = line
    // k = KL(α, a) to first order: it moves no value, and its gradient is the implicit function's.
    let isEdge = (root .<= 0) .| (root .>= 1)
    let moved = (costs * proposal.replacing(with: 0, where: costs .== 0)).sum(along: -1)
    let step = (allowances - moved) / slopes.replacing(with: 1, where: isEdge)
    var weights = root + (step - step.detached()).replacing(with: 0, where: isEdge)
    if let bounds = largestLogRatios?.cast(to: .float64) {
      let boldest = Tensor.withoutRecording { line.excess.argmax(along: -1) }
      let excess = line.differences(of: boldest, proposal).exponentialMinusOne()
      weights = weights.minimum(
        bounds.exponentialMinusOne() / excess.clamped(atLeast: 1e-300))
    }
    self.weights = weights
  }

  /// The mixture of every row, by shares of budgets.
  ///
  /// - Parameters:
  ///   - proposal: log a [n, actions].
  ///   - base: log b [n, actions].
  ///   - shares: The share of what is left that each action may take, within [0, 1] [n].
  ///   - left: What is left of each budget in nats [n].
  ///   - accounting: What an action takes: without refunds, no log-ratio may pass what is left.
  public init(
    proposal: Tensor, base: Tensor, shares: Tensor, left: Tensor, accounting: KLBudget.Accounting
  ) {
    self.init(
      proposal: proposal, base: base, allowances: shares.cast(to: .float64) * left,
      largestLogRatios: accounting == .noRefund ? left : nil)
  }

  /// log x [n, actions], in the type of the proposal.
  public var logProbabilities: Tensor {
    let isWhole = (weights .>= 1).unsqueezed(1)
    let ratios = line.logRatios(
      weights.replacing(with: 0, where: weights .>= 1), excess: line.excess(proposal))
    return (line.base + ratios).cast(to: proposal.dataType)
      .replacing(with: proposal, where: isWhole)
  }

  /// KL(x ‖ b) in nats [n], float64; never above the allowance.
  public var divergences: Tensor {
    line.divergences(weights, excess: line.excess(proposal))
  }

  /// log x of one action a row, for which the others' are not formed.
  ///
  /// - Parameter actions: [n] int64.
  /// - Returns: [n], in the type of the proposal.
  public func logProbabilities(of actions: Tensor) -> Tensor {
    let places = actions.unsqueezed(1)
    let pick = { (tensor: Tensor) in tensor.gathered(places, along: 1).squeezed(1) }
    return (pick(line.base) + logRatios(of: actions)).cast(to: proposal.dataType)
      .replacing(with: pick(proposal), where: weights .>= 1)
  }

  /// log(x/b) of one action a row, in nats.
  ///
  /// - Parameter actions: [n] int64.
  /// - Returns: [n], float64.
  public func logRatios(of actions: Tensor) -> Tensor {
    let isWhole = weights .>= 1
    let differences = line.differences(of: actions, proposal)
    let mixed = weights.replacing(with: 0, where: isWhole) * differences.exponentialMinusOne()
    return mixed.logarithmOfOnePlus().replacing(with: differences, where: isWhole)
  }
}

/// The distributions between a base policy and a policy, and what they cost.
private struct Line: Sendable {
  /// log b [n, actions].
  let base: Tensor
  /// a/b − 1 [n, actions].
  let excess: Tensor
  /// Fewer nats than this buy nothing: rounding would weigh more.
  private static let least = 1e-12
  // A ratio of e^700 stands for all above it, which numbers cannot hold.
  private static let largest = 700.0

  private let baseProbabilities: Tensor
  private let isImpossible: Tensor
  // Rows where b rules out what a does not: every step towards a costs infinitely much.
  private let isClosed: Tensor

  /// A line; nothing of it is recorded.
  init(policy: Tensor, base: Tensor) {
    self.base = base
    baseProbabilities = base.exponential()
    isImpossible = baseProbabilities .== 0
    isClosed =
      (isImpossible .& (policy.exponential() .> 0)).cast(to: .float64).sum(along: -1) .> 0
    excess = Line.excess(policy, base, isImpossible)
  }

  private static func excess(_ policy: Tensor, _ base: Tensor, _ isImpossible: Tensor) -> Tensor {
    (policy - base.replacing(with: 0, where: isImpossible))
      .replacing(with: 0, where: isImpossible).clamped(atMost: largest).exponentialMinusOne()
  }

  /// a/b − 1 as a function of log a [n, actions]; recorded where the caller records.
  func excess(_ proposal: Tensor) -> Tensor {
    guard proposal.requiresGradient else { return excess }
    return Line.excess(proposal.cast(to: .float64), base, isImpossible)
  }

  /// log a − log b of one action a row [n]; 0 where b rules it out.
  func differences(of actions: Tensor, _ proposal: Tensor) -> Tensor {
    let places = actions.unsqueezed(1)
    let pick = { (tensor: Tensor) in tensor.gathered(places, along: 1).squeezed(1) }
    let impossible = pick(isImpossible)
    return (pick(proposal).cast(to: .float64) - pick(base).replacing(with: 0, where: impossible))
      .replacing(with: 0, where: impossible).clamped(atMost: Line.largest)
  }

  /// log(x/b) = log(1 + α·(a/b − 1)) [n, actions].
  func logRatios(_ weights: Tensor, excess: Tensor) -> Tensor {
    (weights.unsqueezed(1) * excess).logarithmOfOnePlus()
  }

  /// KL(x ‖ b) = Σ b·[(1 + ρ)·log(1 + ρ) − ρ] with ρ = x/b − 1 [n]: no term is below 0, so small sums are as exact as large ones.
  func divergences(_ weights: Tensor, excess: Tensor) -> Tensor {
    let moves = weights.unsqueezed(1) * excess
    let logs = moves.replacing(with: 0, where: moves .<= -1).logarithmOfOnePlus()
    return (baseProbabilities * ((moves + 1) * logs - moves)).sum(along: -1).clamped(atLeast: 0)
  }

  /// ∂KL/∂α = Σ (a − b)·log(x/b) [n], of α < 1.
  func slopes(_ weights: Tensor) -> Tensor {
    (baseProbabilities * excess * logRatios(weights, excess: excess)).sum(along: -1)
  }

  /// ∂KL/∂log a = α·a·log(x/b) [n, actions], 0 where α is 0 or 1; what Σ b·ρ would add is 0 where both sum to 1.
  func costs(_ weights: Tensor) -> Tensor {
    let inner = weights.replacing(with: 0, where: weights .>= 1).unsqueezed(1)
    let moves = inner * excess
    return inner * baseProbabilities * (excess + 1) * moves.logarithmOfOnePlus()
  }

  /// The largest α whose divergence is within the allowance, or closer below it than one part in 10⁸ [n].
  func largestWeights(_ allowances: Tensor) -> Tensor {
    let ones = Tensor.ones(allowances.shape, dataType: .float64, device: allowances.device)
    let whole = divergences(ones, excess: excess)
    let isFree = (whole .<= allowances) .& isClosed.negated()
    let isNothing = (allowances .< Line.least) .| isClosed
    let settled = ones.zerosLike().replacing(with: 1, where: isFree)
    // Only the rows between are searched.
    let open = (isFree .| isNothing).negated().cast(to: .int64).integers.enumerated()
      .compactMap { $1 == 1 ? $0 : nil }
    guard !open.isEmpty else { return settled }
    let rows = Tensor(open, device: allowances.device)
    let pick = { (tensor: Tensor) in tensor.selecting(rows, along: 0) }
    let found = Search(
      baseProbabilities: pick(baseProbabilities), excess: pick(excess), whole: pick(whole),
      allowances: pick(allowances)
    ).weights()
    return settled.scattering(found, at: rows, along: 0)
  }
}

/// Newton's method on √KL in a bracket, for rows that can afford some but not all.
private struct Search {
  let excess: Tensor
  let allowances: Tensor
  /// KL(a ‖ b) [n].
  let whole: Tensor
  // b and b·(a/b − 1), one under the other [n, 2, actions], and the second's sum [n].
  private let factors: Tensor
  private let rest: Tensor

  init(baseProbabilities: Tensor, excess: Tensor, whole: Tensor, allowances: Tensor) {
    self.excess = excess
    self.whole = whole
    self.allowances = allowances
    let moves = baseProbabilities * excess
    factors = .stack([baseProbabilities, moves], along: 1)
    rest = moves.sum(along: -1)
  }

  // KL = Σ b·log(1 + ρ) + α·Σ b·(a/b − 1)·log(1 + ρ) − α·Σ b·(a/b − 1), of which the second sum is ∂KL/∂α.
  private func outcome(_ weights: Tensor) -> (divergences: Tensor, slopes: Tensor) {
    let logs = (weights.unsqueezed(1) * excess).logarithmOfOnePlus()
    let sums = factors.matmul(logs.unsqueezed(2)).squeezed(2)
    let slopes = sums.select(1, 1)
    return ((sums.select(1, 0) + weights * (slopes - rest)).clamped(atLeast: 0), slopes)
  }

  func weights() -> Tensor {
    // A little below the allowance, so that what rounding leaves over is never spent.
    let targets = allowances * (1 - 1e-9)
    let roots = targets.squareRoot()
    var (low, high) = (targets.zerosLike(), targets.zerosLike() + 1)
    var weights = (roots / whole.squareRoot()).clamped(to: 0...(1 - 1e-15))
    for _ in 0..<100 {
      let (found, slopes) = outcome(weights)
      let isDone = (found - targets).magnitude() .<= targets * 5e-10
      if isDone.cast(to: .float64).minimum(along: 0).item == 1 { break }
      let isBelow = found .<= targets
      low = low.replacing(with: weights, where: isBelow)
      high = high.replacing(with: weights, where: isBelow.negated())
      let root = found.squareRoot()
      let newton = weights - (root - roots) * root * 2 / slopes
      let isOutside = ((newton .> low) .& (newton .< high)).negated()
      weights = newton.replacing(with: (low + high) / 2, where: isOutside)
        .replacing(with: weights, where: isDone)
    }
    // Where no number is close enough, the bracket's lower end is still affordable.
    return weights.replacing(with: low, where: outcome(weights).divergences .> allowances)
  }
}

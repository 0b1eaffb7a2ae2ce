public import Torch

/// What is left of the budgets of episodes that are played side by side.
///
/// Article: <doc:KLBudget>.
public struct BudgetLedger: Sendable {
  /// What an action takes from its episode's budget.
  public let accounting: KLBudget.Accounting
  /// What is left to each episode in nats [rows], float64.
  public private(set) var left: Tensor

  /// Full budgets.
  ///
  /// - Parameters:
  ///   - nats: The budget of every episode, at least 0.
  ///   - rows: How many episodes.
  ///   - accounting: What an action takes from it.
  ///   - device: Where the actions are drawn.
  public init(
    nats: Double, rows: Int, accounting: KLBudget.Accounting, device: Device = .cpu
  ) {
    precondition(nats >= 0 && nats.isFinite, "a budget of \(nats) nats")
    self.accounting = accounting
    left = .full([rows], nats, dataType: .float64, device: device)
  }

  /// Budgets of which something may be spent already.
  ///
  /// - Parameters:
  ///   - left: What is left to each episode in nats, at least 0 [rows].
  ///   - accounting: What an action takes from it.
  public init(left: Tensor, accounting: KLBudget.Accounting) {
    self.accounting = accounting
    self.left = left.cast(to: .float64)
  }

  /// What is played next.
  ///
  /// - Parameters:
  ///   - proposal: The policy's log-probabilities [rows, actions].
  ///   - base: The base policy's [rows, actions].
  ///   - shares: The share of what is left that this action may take, within [0, 1] [rows].
  /// - Returns: The mixture that keeps to it.
  public func mixture(proposal: Tensor, base: Tensor, shares: Tensor) -> BudgetedMixture {
    BudgetedMixture(
      proposal: proposal, base: base, shares: shares, left: left, accounting: accounting)
  }

  /// Takes what actions cost from their episodes' budgets, of which nothing less than 0 is left.
  ///
  /// Where the caller records, gradients follow what is left: how much an action takes decides what later ones can afford.
  ///
  /// - Parameters:
  ///   - actions: What was drawn [rows] int64.
  ///   - mixture: What it was drawn from.
  /// - Returns: The cost of each in nats [rows], float64.
  public mutating func charge(_ actions: Tensor, from mixture: BudgetedMixture) -> Tensor {
    let costs =
      switch accounting {
      case .analytic: mixture.divergences
      case .realised: mixture.logRatios(of: actions)
      case .noRefund: mixture.logRatios(of: actions).clamped(atLeast: 0)
      }
    left = (left - costs).clamped(atLeast: 0)
    return costs
  }

  /// Lets all but some episodes go.
  ///
  /// - Parameter rows: Which ones stay [kept] int64.
  public mutating func keep(rows: Tensor) { left = left.selecting(rows, along: 0) }
}

public import PolicyOptimization
import Torch

/// What holds a model's draws near those of a base model: a hard budget for every completion.
///
/// Every token is drawn from the mixture of both models that its completion can still afford (`BudgetedMixture`). Nats are counted
/// at the sampling's temperature, which both models share.
public struct Restraint: Sendable {
  /// The model that costs nothing.
  public var base: LanguageModel
  /// The budget of a completion.
  public var budget: KLBudget
  /// The share of what is left that one token may take; 1 lets the first ones take all they want.
  public var share: Double

  /// A restraint.
  ///
  /// - Parameters:
  ///   - base: The model that costs nothing, with the tokens of the one that is held.
  ///   - budget: The budget of a completion.
  ///   - share: The share of what is left that one token may take, within (0, 1].
  public init(to base: LanguageModel, budget: KLBudget, share: Double = 1) {
    precondition(share > 0 && share <= 1, "a share of \(share)")
    self.base = base
    self.budget = budget
    self.share = share
  }
}

/// A base model that writes along, and what is left of the budgets.
struct ActiveRestraint {
  private var base: ActiveModel
  private var ledger: BudgetLedger
  private let share: Double
  private var mixture: BudgetedMixture?

  init(_ restraint: Restraint, _ base: ActiveModel) {
    self.base = base
    share = restraint.share
    ledger = BudgetLedger(
      nats: restraint.budget.nats, rows: base.rows.count, accounting: restraint.budget.accounting,
      device: base.hidden.device)
  }

  /// What is played instead of what the policy proposes [rows, vocabulary].
  mutating func played(_ proposal: Tensor, step: Int) -> Tensor {
    let mixture = ledger.mixture(
      proposal: proposal, base: base.distribution(step: step),
      shares: .full([base.rows.count], share, dataType: .float64, device: proposal.device))
    self.mixture = mixture
    return mixture.logProbabilities
  }

  /// Takes what the tokens cost from the budgets.
  mutating func charge(_ tokens: Tensor) -> Spending? {
    guard let mixture else { return nil }
    let left = ledger.left
    return Spending(
      divergences: mixture.divergences, costs: ledger.charge(tokens, from: mixture), left: left)
  }

  mutating func keep(_ going: [Int], as kept: Tensor) {
    base.keep(going, as: kept)
    ledger.keep(rows: kept)
  }

  mutating func advance(_ tokens: Tensor) { base.advance(tokens) }
}

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
  /// How much of what is left one token may take.
  public var proposer: Proposer

  /// Who says how much of what is left one token may take.
  public enum Proposer: Sendable {
    /// The same share for all, within (0, 1]; 1 lets the first tokens take all they want.
    case share(Double)
    /// The policy itself, which then knows what is left.
    case policy(BudgetHead)
  }

  /// A restraint.
  ///
  /// - Parameters:
  ///   - base: The model that costs nothing, with the tokens of the one that is held.
  ///   - budget: The budget of a completion.
  ///   - proposer: How much of what is left one token may take.
  public init(to base: LanguageModel, budget: KLBudget, proposer: Proposer = .share(1)) {
    if case .share(let share) = proposer {
      precondition(share > 0 && share <= 1, "a share of \(share)")
    }
    self.base = base
    self.budget = budget
    self.proposer = proposer
  }
}

/// A base model that writes along, and what is left of the budgets.
struct ActiveRestraint {
  private var base: ActiveModel
  private var ledger: BudgetLedger
  private let proposer: Restraint.Proposer
  private var shares: Tensor?
  private var mixture: BudgetedMixture?

  init(_ restraint: Restraint, _ base: ActiveModel) {
    self.base = base
    proposer = restraint.proposer
    ledger = BudgetLedger(
      nats: restraint.budget.nats, rows: base.rows.count, accounting: restraint.budget.accounting,
      device: base.hidden.device)
  }

  /// The policy's states as they know of the budget [rows, width].
  mutating func states(_ hidden: Tensor) -> Tensor {
    switch proposer {
    case .share(let share):
      shares = .full([base.rows.count], share, dataType: .float64, device: hidden.device)
      return hidden
    case .policy(let head):
      let (states, shares) = head(hidden, left: ledger.left)
      self.shares = shares
      return states
    }
  }

  /// What is played instead of what the policy proposes [rows, vocabulary].
  mutating func played(_ proposal: Tensor, step: Int) -> Tensor {
    guard let shares else { preconditionFailure("a policy that was not asked") }
    let mixture = ledger.mixture(
      proposal: proposal, base: base.distribution(step: step), shares: shares)
    self.mixture = mixture
    return mixture.logProbabilities
  }

  /// Takes what the tokens cost from the budgets.
  mutating func charge(_ tokens: Tensor) -> Spending? {
    guard let mixture, let shares else { return nil }
    let left = ledger.left
    let costs = ledger.charge(tokens, from: mixture)
    return Spending(
      divergences: ledger.accounting == .analytic ? costs : mixture.divergences, costs: costs,
      left: left,
      shares: shares.cast(to: .float64), weights: mixture.weights)
  }

  mutating func keep(_ going: [Int], as kept: Tensor) {
    base.keep(going, as: kept)
    ledger.keep(rows: kept)
  }

  mutating func advance(_ tokens: Tensor) { base.advance(tokens) }
}

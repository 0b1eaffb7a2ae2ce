import PolicyOptimization
import Training

/// A way to hold a policy to so many nats per episode: what it could earn at best, or what PPO learns under it.
public enum BudgetForm: String, Codable, Sendable, CaseIterable {
  /// The exact optimum under so many nats of expected KL: the base policy's episodes, tilted.
  case optimum
  /// The best plan under a hard budget that is charged KL.
  case plan
  /// The best under the bound that no episode becomes more than e^nats times as probable as it was.
  case boundedRatio = "bounded-ratio"
  /// Nothing holds it.
  case none
  /// A price per nat, the one at which the exact optimum costs the budget; nobody knows it beforehand.
  case exactPrice = "exact-price"
  /// Half of that price.
  case halfPrice = "half-price"
  /// Twice that price.
  case doublePrice = "double-price"
  /// A price that is steered towards the budget in proportion (Ziegler et al. 2019).
  case adaptive
  /// A price that is the multiplier of the constraint (dual ascent).
  case lagrangian
  /// A hard budget, charged KL.
  case analytic
  /// A hard budget, charged log-ratios above 0.
  case noRefund = "no-refund"
  /// A budget charged log-ratios as published, which give back.
  case realised

  /// What it is, in words.
  public var meaning: String {
    switch self {
    case .optimum: "exact: the most that so many nats of expected KL can buy"
    case .plan: "exact: the best plan under a hard budget charged KL"
    case .boundedRatio:
      "exact: no episode more than e^nats times as probable; no-refund can do no better"
    case .none: "no constraint at all"
    case .exactPrice: "fixed price per nat: the exact optimum's multiplier"
    case .halfPrice: "fixed price, half of that"
    case .doublePrice: "fixed price, twice that"
    case .adaptive: "price steered in proportion to a target of so many nats"
    case .lagrangian: "price by dual ascent on KL ≤ so many nats"
    case .analytic: "hard budget, KL charged"
    case .noRefund: "hard budget, log-ratios above 0 charged"
    case .realised: "budget as published, log-ratios charged and given back"
    }
  }

  /// How a hard budget is charged; nil for all that is soft.
  var accounting: KLBudget.Accounting? {
    switch self {
    case .analytic: .analytic
    case .noRefund: .noRefund
    case .realised: .realised
    case .optimum, .plan, .boundedRatio, .none, .exactPrice, .halfPrice, .doublePrice, .adaptive,
      .lagrangian:
      nil
    }
  }

  /// Whether it is worked out and not learned.
  public var isExact: Bool { [.optimum, .plan, .boundedRatio].contains(self) }

  /// What holds the policy.
  ///
  /// - Parameters:
  ///   - nats: The budget of an episode.
  ///   - price: The exact optimum's multiplier, reward per nat.
  ///   - episodesPerStep: The size of a batch.
  /// - Returns: A method's choice.
  func reference(nats: Double, price: Double, episodesPerStep: Int) -> Method.Reference {
    var reference = Method().reference
    if let accounting {
      reference.placement = .budget
      reference.budget = KLBudget(nats: nats, accounting: accounting)
      return reference
    }
    reference.placement = self == .none ? .none : .reward
    switch self {
    case .halfPrice: reference.coefficient = price / 2
    case .doublePrice: reference.coefficient = price * 2
    case .adaptive, .lagrangian:
      reference.coefficient = 0.1
      reference.target = nats
      reference.steering = self == .adaptive ? .proportional : .dualAscent
      // Ten batches for a factor of e^0.2; the default of 10,000 episodes would not get there in so short a run.
      reference.horizon = Double(10 * episodesPerStep)
    default: reference.coefficient = price
    }
    return reference
  }
}

import LanguageModels
import PolicyOptimization
import Torch

/// Everything that a policy can do in the world that can be enumerated, and what each episode would take from its budget.
struct EnumeratedPolicy: Sendable {
  /// log π of every episode.
  let logProbabilities: [Double]
  /// Σ KL of the distributions along each episode, in nats; zeros where there is no budget.
  let divergences: [Double]

  /// A budget, and who knows what is left of it.
  struct Restrained {
    let head: BudgetHead
    let budget: KLBudget
    let base: LanguageModel
  }

  /// A policy, played as it is or on a budget.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - restrained: Its budget.
  init(_ policy: LanguageModel, _ restrained: Restrained? = nil) {
    let episodes = BudgetWorld.episodes
    (logProbabilities, divergences) = Tensor.withoutRecording {
      let layout = ResponseLayout(
        episodes.map { Completion(prompt: BudgetWorld.prompt, tokens: $0, finish: .length) })
      let shape = [episodes.count, BudgetWorld.length]
      let tokens = layout.tokens.reshaped(to: shape)
      let hidden = layout.predicting(policy.trunk).reshaped(to: shape + [-1])
      guard let restrained else {
        let all = policy.logits(ofHidden: hidden).cast(to: .float64).logSoftmax(along: -1)
        let chosen = all.gathered(tokens.unsqueezed(2), along: 2).squeezed(2)
        return (chosen.sum(along: 1).doubles, Array(repeating: 0, count: episodes.count))
      }
      let trusted = restrained.base.logits(
        ofHidden: layout.predicting(restrained.base.trunk).reshaped(to: shape + [-1])
      ).logSoftmax(along: -1)
      var ledger = BudgetLedger(
        nats: restrained.budget.nats, rows: episodes.count, accounting: restrained.budget.accounting
      )
      var sums = Tensor.zeros([episodes.count], dataType: .float64)
      var costs = sums
      for time in 0..<BudgetWorld.length {
        let (states, shares) = restrained.head(hidden.select(1, time), left: ledger.left)
        let mixture = ledger.mixture(
          proposal: policy.logits(ofHidden: states).logSoftmax(along: -1),
          base: trusted.select(1, time), shares: shares)
        let actions = tokens.select(1, time)
        sums = sums + mixture.logProbabilities(of: actions).cast(to: .float64)
        costs = costs + mixture.divergences
        _ = ledger.charge(actions, from: mixture)
      }
      return (sums.doubles, costs.doubles)
    }
  }
}

import LanguageModels
import PolicyOptimization
import Torch

/// A step's completions with everything that the update needs, packed [n] unless said otherwise.
struct Experience {
  var rollout: Rollout
  /// One score per completion.
  var scores: [Double]
  /// log π − log π_ref when the tokens were drawn.
  var referenceLogRatios: Tensor
  /// The reference's states that predict the tokens [n, width], for KL in the loss.
  var referenceHidden: Tensor?
  var values: Tensor
  var actionValues: Tensor?
  /// As the objective uses them: whitened or not.
  var advantages: Tensor
  /// What the critic learns.
  var returns: Tensor
  var greedy: Greedy?
  /// 1 − Var(G − V)/Var(G).
  var explainedVariance: Double
  /// Where each completion's tokens begin in the packed tensors.
  var starts: [Int]

  /// What greedy-advantage-aware weighting needs.
  struct Greedy {
    /// The greedy tokens and their log-probabilities when the tokens were drawn.
    var drawn: Rollout.Greedy
    /// A*, standardised with the one-step advantages' mean and deviation.
    var advantages: Tensor
    /// A* − A, one step each, in standard deviations of A.
    var gaps: Tensor
  }

  /// Packed places of the tokens of some completions.
  func places(of rows: [Int]) -> Tensor {
    Tensor(
      rows.flatMap { row in
        starts[row]..<starts[row] + rollout.completions[row].tokens.count
      })
  }
}

/// Turns completions and scores into experience: reference, critic, advantages.
struct ExperienceMaker {
  var method: Method
  var sampling: Sampling
  var coefficient: Double
  var reference: LanguageModel
  var critic: Critic
  /// The token that ends a completion.
  var stopToken: Int?

  func experience(
    _ rollout: Rollout, scores: [Double], endingScores: (([Completion]) throws -> [Double])
  ) throws -> Experience {
    let layout = ResponseLayout(rollout.completions)
    let (trusted, trustedHidden) = reference.statistics(
      layout, temperature: sampling.temperature, others: rollout.greedy?.tokens.unsqueezed(1))
    let logRatios = rollout.logProbabilities - trusted.logProbabilities.select(1, 0)
    let estimates = critic.estimates(layout, hidden: rollout.hidden)

    let beta = method.reference.placement == .reward ? coefficient : 0
    let trajectories = Trajectories(
      rewards: tokenRewards(
        scores: Tensor(scores.map { Float($0) }), logRatios: layout.unpacked(logRatios),
        mask: layout.mask, coefficient: beta),
      values: layout.unpacked(estimates.values),
      // A completion that is cut at the length limit is scored as it stands: the episode is over, there is nothing to bootstrap.
      finalValues: .zeros([scores.count]),
      actionValues: estimates.actionValues.map(layout.unpacked), mask: layout.mask)
    let advantages = whitened(advantages(trajectories), layout.mask)
    let returns = generalizedAdvantages(
      trajectories, discount: method.advantage.discount, lambda: method.critic.lambda
    ).returns

    var starts: [Int] = []
    var place = 0
    for length in layout.lengths {
      starts.append(place)
      place += length
    }
    var experience = Experience(
      rollout: rollout, scores: scores, referenceLogRatios: logRatios,
      referenceHidden: method.reference.placement == .loss ? trustedHidden : nil,
      values: estimates.values, actionValues: estimates.actionValues,
      advantages: layout.packed(advantages), returns: layout.packed(returns), greedy: nil,
      explainedVariance: explainedVariance(
        values: trajectories.values, returns: returns, mask: layout.mask
      ).item, starts: starts)
    if let drawn = rollout.greedy {
      let penalty = (drawn.logProbabilities - trusted.logProbabilities.select(1, 1)) * -beta
      experience.greedy = try greedy(
        drawn, layout, experience, trajectories, penalty: penalty, endingScores: endingScores)
    }
    return experience
  }

  private func advantages(_ trajectories: Trajectories) -> Tensor {
    let choice = method.advantage
    let errors =
      switch choice.estimator {
      case .gae: temporalDifferences(trajectories, discount: choice.discount)
      case .actde: actionConditionedDifferences(trajectories, discount: choice.discount)
      }
    return accumulated(
      errors, mask: trajectories.mask, discount: choice.discount, lambda: choice.lambda)
  }

  // A single token has no deviation.
  private func whitened(_ advantages: Tensor, _ mask: Tensor) -> Tensor {
    guard mask.sum().item > 1 else { return advantages }
    return switch method.advantage.whitening {
    case .centered: advantages.whitened(mask, mean: .removed)
    case .scaled: advantages.whitened(mask, mean: .kept)
    case .none: advantages
    }
  }

  // A*ₜ = r*ₜ + γV(sₜ, x*ₜ) − V(sₜ). Where x* ends the episode (it is the end-of-text token, or the last one allowed), the reward of the
  // sequence that it ends stands in for V, bounded to three deviations of the sampled scores as in the published code.
  private func greedy(
    _ drawn: Rollout.Greedy, _ layout: ResponseLayout, _ experience: Experience,
    _ trajectories: Trajectories,
    penalty: Tensor, endingScores: ([Completion]) throws -> [Double]
  ) throws -> Experience.Greedy {
    let rollout = experience.rollout
    var places: [Int] = []
    var endings: [Completion] = []
    for (place, ending) in GreedyEndings.all(
      of: rollout.completions, greedy: drawn.tokens.integers, stopToken: stopToken,
      maximumLength: sampling.maximumLength)
    {
      places.append(place)
      endings.append(ending)
    }
    let discount = method.advantage.discount
    var following = critic.siblingValues(layout, siblings: drawn.tokens) * discount
    if !endings.isEmpty {
      let scores = Tensor(experience.scores)
      let center = scores.mean().item
      let spread = 3 * (scores - center).squared().mean().item.squareRoot()
      let bounded = try endingScores(endings).map {
        Float(min(max($0, center - spread), center + spread))
      }
      following = following.scattering(Tensor(bounded), at: Tensor(places), along: 0)
    }
    let greedy = penalty + following - experience.values
    let sampled = layout.packed(temporalDifferences(trajectories, discount: discount))
    let center = sampled.mean()
    let deviation = (sampled - center).squared().mean().squareRoot() + 1e-5
    let standardized = (greedy - center) / deviation
    return Experience.Greedy(
      drawn: drawn, advantages: standardized, gaps: standardized - (sampled - center) / deviation)
  }
}

/// The sequences that greedy tokens would end.
enum GreedyEndings {
  /// Packed places where the greedy token ends the episode, with the completion that it ends.
  ///
  /// - Parameters:
  ///   - completions: What was drawn.
  ///   - greedy: The most probable token at each packed place.
  ///   - stopToken: The token that ends a completion.
  ///   - maximumLength: The longest completion.
  /// - Returns: In packed order.
  static func all(
    of completions: [Completion], greedy: [Int], stopToken: Int?, maximumLength: Int
  ) -> [(place: Int, ending: Completion)] {
    var endings: [(Int, Completion)] = []
    var place = 0
    for completion in completions {
      for time in completion.tokens.indices {
        let token = greedy[place]
        if token == stopToken || time == maximumLength - 1 {
          let ending = Completion(
            prompt: completion.prompt, tokens: Array(completion.tokens[..<time]) + [token],
            finish: token == stopToken ? .stopToken : .length)
          endings.append((place, ending))
        }
        place += 1
      }
    }
    return endings
  }
}

import Foundation
import Pessimism
import Testing

/// Numbers from Scripts/fixtures/pessimism.py, which computes in fractions.
@Suite struct `The exact world agrees with fractions on` {
  static let automata = AutomatonClass.all(grid: .binary([0, 0.5, 1], bits: [2, 1, 2]))
  static let imitator = taught(automata, alpha: 0.5)
  let imitator = Self.imitator

  static func taught(_ automata: AutomatonClass, alpha: Double) -> PessimisticImitator {
    var imitator = PessimisticImitator(automata, alpha: alpha)
    for step in PessimismGoldens.history {
      imitator.learn(step.action, observing: step.observation)
    }
    return imitator
  }

  @Test func `prior, posterior and prediction`() {
    #expect(imitator.automata.count == PessimismGoldens.count)
    for (place, automaton) in PessimismGoldens.probed.enumerated() {
      expectClose(exp(imitator.automata.logPrior[automaton]), PessimismGoldens.prior[place])
      expectClose(imitator.mixture.weights[automaton], PessimismGoldens.posterior[place])
    }
    for observation in 0..<2 {
      let given = imitator.automata.probabilities(
        of: 1, observing: observation, in: imitator.states)
      expectClose(
        imitator.mixture.prediction(of: given), PessimismGoldens.prediction[observation])
    }
  }

  @Test func `the evidence`() {
    // Σ over the history of ln ξ, asked step by step.
    var mixture = BayesianMixture(logWeights: imitator.automata.logPrior)
    var states = imitator.automata.startingStates
    var evidence = 1.0
    for (observation, action) in PessimismGoldens.history {
      evidence *= mixture.prediction(
        of: imitator.automata.probabilities(of: action, observing: observation, in: states))
      mixture.update(
        logProbabilities: imitator.automata.logProbabilities(
          of: action, observing: observation, in: states))
      imitator.automata.advance(&states, observing: observation, playing: action)
    }
    expectClose(evidence, PessimismGoldens.evidence)
  }

  @Test func `top sets, what they play and when they ask`() {
    for golden in PessimismGoldens.topSets {
      let imitator = Self.taught(Self.automata, alpha: golden.alpha)
      #expect(imitator.topSet.count == golden.count)
      #expect(imitator.topSet.reduce(0, +) == golden.sum)
      #expect(Array(imitator.topSet.prefix(12)) == golden.first)
      for (observation, expected) in golden.probabilities.enumerated() {
        #expect(imitator.probabilities(observing: observation) == expected)
        #expect(
          imitator.askingProbability(observing: observation) == 1 - expected.reduce(0, +))
      }
      let sequences = ActionSequences(of: imitator, observing: PessimismGoldens.observations)
      for (found, expected) in zip(sequences.probabilities, golden.sequences) {
        expectClose(found, expected)
      }
    }
  }

  @Test func `sequences, divergence and both optima`() {
    let observations = PessimismGoldens.observations
    let mixture = ActionSequences(
      of: imitator.mixture, over: imitator.automata, from: imitator.states,
      observing: observations)
    for (found, expected) in zip(mixture.probabilities, PessimismGoldens.mixtureSequences) {
      expectClose(found, expected)
    }
    let heaviest = imitator.topSet[0]
    let model = ActionSequences(
      of: heaviest, in: imitator.automata, from: imitator.states[heaviest],
      observing: observations)
    expectClose(
      klDivergence(model.logProbabilities, from: mixture.logProbabilities),
      PessimismGoldens.divergence)
    for (budget, value) in zip(PessimismGoldens.budgets, PessimismGoldens.divergenceOptima) {
      let optimum = BudgetedOptimum.withinDivergence(
        budget, of: PessimismGoldens.utilities, from: mixture.logProbabilities)
      expectClose(optimum?.value ?? .nan, value, within: 1e-9)
    }
    for (share, value) in zip(PessimismGoldens.shares, PessimismGoldens.totalVariationOptima) {
      let optimum = BudgetedOptimum.withinTotalVariation(
        share, of: PessimismGoldens.utilities, from: mixture.probabilities)
      expectClose(optimum.value, value)
    }
  }
}

import Environments
import Foundation
import Pessimism
import TensorTestSupport
import Testing

@testable import Experiments

@Suite struct `The pessimism experiment` {
  @Test func `counts an imitator's questions as outcomes, and misses none`() throws {
    // .1 and .9 in one top set: it plays either action with .1 and asks with .8.
    let automata = AutomatonClass.all(upTo: 1, observationCount: 1, grid: .binary([0.1, 0.9]))
    let imitator = PessimisticImitator(automata, alpha: 0.4)
    let outcomes = Outcomes(asking: imitator, observing: [0, 0])
    expectEqual(
      outcomes.logProbabilities.map { exp($0) }.reduce(0, +), 1, tolerance: 1e-12)
    // Four ways to act twice, one to ask at once, two to ask after one action.
    #expect(outcomes.logProbabilities.count == 7 && outcomes.utilities.count == 7)
    expectEqual(exp(outcomes.logProbabilities[4]), 0.8, tolerance: 1e-12)
    #expect(Array(outcomes.utilities[4...]) == [0, 0, 0.5])
    let silent = Outcomes(ActionSequences(of: imitator, observing: [0, 0]))
    expectEqual(exp(silent.logMass), 0.04, tolerance: 1e-12)
    // A policy that may ask needs no budget at all, one that may not needs −ln .04.
    #expect(
      BudgetedOptimum.withinDivergence(
        0, of: outcomes.utilities, from: outcomes.logProbabilities) != nil)
    #expect(
      BudgetedOptimum.withinDivergence(
        3.2, of: silent.utilities, from: silent.logProbabilities) == nil)
  }

  @Test func `values sequences as their problem does, step by step`() {
    var generator = SeededGenerator(seed: 3)
    let problem = DecisionProblem(stateCount: 3, using: &generator)
    let values = problem.values(horizon: 2)
    for sequence in 0..<4 {
      let (first, second) = (sequence & 1, sequence >> 1)
      let state = problem.transitions[first]
      expectEqual(
        values[sequence], problem.rewards[first] + problem.rewards[state * 2 + second],
        tolerance: 1e-12)
    }
  }

  @Test func `finds what has no precedent sooner where observations are uneven`() {
    var generator = SeededGenerator(seed: 4)
    let fair = drawnObservations(4000, using: &generator)
    let rare = drawnObservations(4000, share: 0.1, using: &generator)
    // Four standard errors of a share over 4,000 draws are .032.
    #expect(abs(Double(fair.reduce(0, +)) / 4000 - 0.5) < 0.032)
    #expect(
      shortestUnseenPattern(in: rare, observationCount: 2).count
        < shortestUnseenPattern(in: fair, observationCount: 2).count)
  }
}

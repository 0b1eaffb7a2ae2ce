import Environments
import Foundation
import Pessimism

/// A pessimistic imitator of demonstrators drawn from the prior: how often it asks, and whether it stops hearing the demonstrator.
struct AskingRecord: Encodable, Sendable {
  /// α/w(μ); from 1 on nothing is promised.
  static let ratios = [0.1, 0.5, 2, 10]
  static let steps = 300
  static let runs = 20

  var seed: Int
  /// α/w(μ).
  var ratio: Double
  var runs: Int
  /// Mean θ over the runs, by step.
  var asking: [Double]
  /// Mean of the share of steps with a question.
  var questions: Double
  /// Mean Σθ³, by step.
  var cubed: [Double]
  /// The smallest bound of any run.
  var bound: Double
  /// Runs in which the demonstrator left the top set.
  var left: Int

  static func measure(seed: Int) -> [AskingRecord] {
    let automata = AutomatonClass.all(grid: .binary([0.1, 0.9]))
    return ratios.map { ratio in
      var generator = SeededGenerator(seed: UInt64(seed))
      let runs = (0..<runs).map { _ -> (run: ImitationRun, bound: Double) in
        let demonstrator = drawn(automata, using: &generator)
        let prior = exp(automata.logPrior[demonstrator])
        let alpha = min(1, ratio * prior)
        let observations = drawnObservations(steps, using: &generator)
        return (
          ImitationRun(
            of: PessimisticImitator(automata, alpha: alpha), demonstrator: demonstrator,
            observations: observations, using: &generator),
          ImitationRun.bound(actionCount: 2, alpha: alpha, prior: prior)
        )
      }
      func mean(_ curve: (ImitationRun) -> [Double]) -> [Double] {
        let curves = runs.map { curve($0.run) }
        return (0..<steps).map { step in
          curves.reduce(0) { $0 + $1[step] / Double(curves.count) }
        }
      }
      return AskingRecord(
        seed: seed, ratio: ratio, runs: runs.count, asking: mean(\.askingProbabilities),
        questions: mean { $0.hasAsked.map { $0 ? 1 : 0 } }.reduce(0, +) / Double(steps),
        cubed: mean(\.cubedSums), bound: runs.map(\.bound).min() ?? .nan,
        left: runs.count { $0.run.isDemonstratorHeard.contains(false) })
    }
  }

  /// An automaton, as often as its prior says.
  private static func drawn(
    _ automata: AutomatonClass, using generator: inout SeededGenerator
  ) -> Int {
    var rest = Double(generator.next() >> 11) * 0x1p-53
    for (place, logarithm) in automata.logPrior.enumerated() {
      rest -= exp(logarithm)
      if rest < 0 { return place }
    }
    return automata.count - 1
  }
}

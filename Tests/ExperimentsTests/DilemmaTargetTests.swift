import TensorTestSupport
import Testing

@testable import Experiments

@Suite struct `Published figures of the prisoner's dilemma` {
  // A run whose share of alternating rises by a thousandth per update, beginning anywhere.
  private func run(_ variant: DilemmaVariant, from start: Double, updates: Int = 600) -> DilemmaRun
  {
    let curve = stride(from: 0, to: updates, by: 4).map { update in
      let share = min(1, start + Double(update) / 1_000)
      return DilemmaPoint(
        update: update, alternating: share, cooperating: 0.75 * (1 - share),
        defecting: 0.25 * (1 - share), meanReturn: share / 10)
    }
    return DilemmaRun(variant: variant, seed: 0, curve: curve, seconds: 1)
  }

  private func target(
    _ quantity: DilemmaTarget.Quantity, at place: Double, _ demand: DilemmaTarget.Demand
  ) -> DilemmaTarget {
    DilemmaTarget(
      variant: .actde, quantity: quantity, place: place, demand: demand, published: "",
      source: "")
  }

  typealias Case = (
    quantity: DilemmaTarget.Quantity, place: Double, value: Double, runs: ClosedRange<Double>
  )

  // Two runs, from .3 and from .5.
  static let quantities: [Case] = [
    (.alternating, 200, 0.6, 0.5...0.7), (.cooperating, 200, 0.3, 0.225...0.375),
    (.defecting, 200, 0.1, 0.075...0.125), (.meanReturn, 200, 0.06, 0.05...0.07),
    (.spread, 200, 0.1 * 2.0.squareRoot(), 0.5...0.7), (.reach, 0.6, 200, 100...300),
  ]

  @Test(arguments: quantities) func `are measured`(figure: Case) throws {
    let runs = [run(.actde, from: 0.3), run(.ppo, from: 0), run(.actde, from: 0.5)]
    for (demand, isMet): (DilemmaTarget.Demand, Bool) in [
      (.mean(figure.value - 1e-6...figure.value + 1e-6), true),
      (.mean(figure.value + 1e-6...figure.value + 2e-6), false),
      (.single(figure.runs.lowerBound + 1e-6), true),
      (.single(figure.runs.upperBound + 1e-6), false),
    ] {
      let verdict = try #require(target(figure.quantity, at: figure.place, demand).verdict(runs))
      expectEqual(verdict.value, figure.value, tolerance: 1e-9)
      expectEqual(verdict.runs.lowerBound, figure.runs.lowerBound, tolerance: 1e-9)
      expectEqual(verdict.runs.upperBound, figure.runs.upperBound, tolerance: 1e-9)
      #expect(verdict.isMet == isMet, "\(figure) \(demand)")
    }
  }

  @Test func `are not judged by runs that stop before, or never come so far, or are not there`() {
    let short = [run(.actde, from: 0.3), run(.actde, from: 0.3, updates: 100)]
    #expect(target(.alternating, at: 500, .single(0.5)).verdict(short) == nil)
    let full = [run(.actde, from: 0.3)]
    #expect(target(.alternating, at: 600, .single(0.5)).verdict(full) != nil)
    #expect(target(.alternating, at: 601, .single(0.5)).verdict(full) == nil)
    #expect(target(.reach, at: 0.8, .single(500)).verdict(short) == nil)
    #expect(target(.alternating, at: 0, .single(0.5)).verdict([run(.ppo, from: 0)]) == nil)
  }

  @Test func `hold numbers that a run can have`() {
    #expect(DilemmaTarget.all.count == 51)
    for target in DilemmaTarget.all {
      switch target.demand {
      case .mean(let range): #expect(range.lowerBound < range.upperBound)
      case .single(let value): #expect((0...1).contains(value))
      }
    }
  }
}

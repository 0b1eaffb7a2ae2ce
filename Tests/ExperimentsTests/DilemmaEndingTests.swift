import Environments
import Reports
import TensorTestSupport
import Testing

@testable import Experiments

@Suite struct `Where the prisoner's dilemma ends` {
  // Alternates at `early` up to update 600, then at `late`; what is left is shared evenly.
  private func run(_ early: Double, _ late: Double, updates: Int = 1_000) -> DilemmaRun {
    let curve = stride(from: 0, to: updates, by: 4).map { update in
      let share = update < 600 ? early : late
      return DilemmaPoint(
        update: update, alternating: share, cooperating: (1 - share) / 2,
        defecting: (1 - share) / 2, meanReturn: share)
    }
    return DilemmaRun(variant: .actde, seed: 0, curve: curve, seconds: 1)
  }

  @Test func `is judged by each run's last tenth, and by what it was in the middle`() {
    let ending = DilemmaEnding([run(0.9, 0.5), run(0.8, 0.6)])
    for (found, expected) in zip(
      ending.shares.map(\.alternating) + ending.changes + ending.meanReturns,
      [0.5, 0.6, -0.4, -0.2, 0.5, 0.6])
    {
      expectEqual(found, expected, tolerance: 1e-12)
    }
    expectEqual(ending.shares[1].cooperating, 0.2, tolerance: 1e-12)
  }

  // Intervals of two runs at .5 ± d hold .5, and those of the other shares .218 from d = .0051 on (t = 12.7 over 2).
  @Test(arguments: [(0.004, ["uniform"]), (0.006, ["uniform", "self-consistent"]), (0.2, nil)])
  func `is consistent with points in all three intervals`(
    deviation: Double, expected: [String]?
  ) {
    let candidates = DilemmaEnding.candidates(.published, discount: 0.5)
    #expect(candidates.map(\.name) == ["uniform", "softmax of returns", "self-consistent"])
    let found = DilemmaEnding([run(0.9, 0.5 - deviation), run(0.9, 0.5 + deviation)])
      .consistent(among: candidates)?.map(\.name)
    #expect(found == expected ?? candidates.map(\.name))
    #expect(DilemmaEnding([run(0.9, 0.5)]).consistent(among: candidates) == nil)
  }

  @Test func `has the published matrix's points`() {
    let shares = DilemmaEnding.candidates(.published, discount: 0.5).map(\.shares)
    for (found, expected) in zip(
      shares, [[0.5, 0.25, 0.25], [0.417, 0.2882, 0.2948], [0.559, 0.218, 0.223]])
    {
      for (path, value) in zip(DilemmaEnding.Shares.all, expected) {
        expectEqual(found[keyPath: path], value, tolerance: 6e-4)
      }
      expectEqual(
        DilemmaEnding.Shares.all.reduce(0) { $0 + found[keyPath: $1] }, 1, tolerance: 1e-9)
    }
  }

  @Test func `of a run of one rollout is that rollout, and moved nowhere`() {
    let ending = DilemmaEnding([run(0.3, 0.3, updates: 4)])
    #expect(ending.shares.map(\.alternating) == [0.3] && ending.changes == [0])
  }
}

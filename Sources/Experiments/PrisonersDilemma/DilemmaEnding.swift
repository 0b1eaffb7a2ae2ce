import Environments
import Reports

/// Where the runs of a variant are at the end, and what they say about the points where training could rest.
struct DilemmaEnding {
  /// Shares of actions: they alternate, cooperate again or defect again.
  struct Shares: Equatable, Sendable {
    var alternating: Double
    var cooperating: Double
    var defecting: Double

    static var all: [KeyPath<Shares, Double>] { [\.alternating, \.cooperating, \.defecting] }
  }

  /// A point that was proposed, or follows from theory.
  struct Candidate: Equatable, Sendable {
    var name: String
    var shares: Shares
  }

  /// One per run: means over the last tenth of training, so that one moment's swing does not count for a limit.
  let shares: [Shares]
  /// One per run: the mean return to go over the same time.
  let meanReturns: [Double]
  /// One per run: how far the share of alternating moved from the tenth around the middle to the last tenth.
  let changes: [Double]

  init(_ runs: [DilemmaRun]) {
    let runs = runs.filter { !$0.curve.isEmpty }
    let parts = runs.map { run in
      let end = run.last?.update ?? 0
      return (
        last: run.curve.filter { $0.update * 10 >= end * 9 },
        middle: run.curve.filter { (end * 9...end * 11).contains($0.update * 20) }
      )
    }
    let mean = { (points: [DilemmaPoint], path: KeyPath<DilemmaPoint, Double>) in
      points.reduce(0) { $0 + $1[keyPath: path] } / Double(points.count)
    }
    shares = parts.map {
      Shares(
        alternating: mean($0.last, \.alternating), cooperating: mean($0.last, \.cooperating),
        defecting: mean($0.last, \.defecting))
    }
    meanReturns = parts.map { mean($0.last, \.meanReturn) }
    changes = parts.filter { !$0.middle.isEmpty }.map {
      mean($0.last, \.alternating) - mean($0.middle, \.alternating)
    }
  }

  /// The points of one matrix: uniform play, the softmax of returns that the authors expected, and the self-consistent point of tables.
  static func candidates(_ world: PrisonersDilemma, discount: Double) -> [Candidate] {
    let softmax = world.softmaxShares(
      of: [.alternate, .alwaysCooperate, .alwaysDefect], discount: discount)
    let resting = world.selfConsistentPolicy(discount: discount, ratio: 1)
    return [
      Candidate(
        name: "uniform", shares: Shares(alternating: 0.5, cooperating: 0.25, defecting: 0.25)),
      Candidate(
        name: "softmax of returns",
        shares: Shares(
          alternating: softmax[0], cooperating: softmax[1], defecting: softmax[2])),
      Candidate(
        name: "self-consistent",
        shares: Shares(
          alternating: resting.alternatingShare, cooperating: resting.cooperatingShare,
          defecting: resting.defectingShare)),
    ]
  }

  /// Those whose three shares all lie in the 95 % intervals of the mean over runs; nil for fewer than two runs.
  func consistent(among candidates: [Candidate]) -> [Candidate]? {
    let intervals = Shares.all.map { path in Summary(shares.map { $0[keyPath: path] }).interval }
    guard intervals.allSatisfy({ $0 != nil }) else { return nil }
    return candidates.filter { candidate in
      zip(intervals, Shares.all).allSatisfy { interval, path in
        interval.map { ($0.lower...$0.upper).contains(candidate.shares[keyPath: path]) } == true
      }
    }
  }
}

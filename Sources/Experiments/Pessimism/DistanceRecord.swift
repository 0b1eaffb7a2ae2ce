import Foundation
import Pessimism

/// The same value bought by total variation and by divergence.
struct DistanceRecord: Encodable, Sendable {
  static let shares = [0.01, 0.05, 0.1, 0.2, 0.4]

  var seed: Int
  /// Whether the demonstrator plays action 1 with .02, or never.
  var isPossible: Bool
  /// The budget of total variation.
  var share: Double
  /// The value without either.
  var start: Double
  var value: Double
  /// Sequences that gain under total variation, and those of them that are not optimal.
  var raised: Int
  var raisedOthers: Int
  /// The divergence that buys the same value; ∞ where none does.
  var nats: Double
  /// Sequences that gain under it and are not optimal.
  var tiltedOthers: Int
  /// Their share of all that is gained.
  var tiltedOthersShare: Double

  enum CodingKeys: String, CodingKey {
    case seed, share, start, value, raised, nats
    case isPossible = "is_possible"
    case raisedOthers = "raised_others"
    case tiltedOthers = "tilted_others"
    case tiltedOthersShare = "tilted_others_share"
  }

  static func measure(in world: PessimismWorld, seed: Int) -> [DistanceRecord] {
    let observations = Array(repeating: 1, count: 6)
    let imitator = world.taught(Array(repeating: 0, count: 100), seed: seed)
    let mixture = Outcomes(
      ActionSequences(
        of: imitator.mixture, over: world.automata, from: imitator.states, observing: observations
      ))
    let never = AutomatonClass([.memoryless([0, 0], actionCount: 2)], grid: .binary([0]))
    let zero = Outcomes(ActionSequences(of: 0, in: never, observing: observations))
    return [(mixture, true), (zero, false)].flatMap { outcomes, isPossible in
      shares.map { DistanceRecord(outcomes, share: $0, seed: seed, isPossible: isPossible) }
    }
  }

  private init(_ outcomes: Outcomes, share: Double, seed: Int, isPossible: Bool) {
    let base = outcomes.logProbabilities.map { exp($0) }
    let utilities = outcomes.utilities
    let moved = BudgetedOptimum.withinTotalVariation(share, of: utilities, from: base)
    func others(_ policy: [Double]) -> [Int] {
      base.indices.filter { policy[$0] > base[$0] + 1e-12 && utilities[$0] < 1 }
    }
    self.seed = seed
    self.isPossible = isPossible
    self.share = share
    start = zip(base, utilities).reduce(0) { $0 + $1.0 * $1.1 }
    value = moved.value
    raised = base.indices.count { moved.probabilities[$0] > base[$0] + 1e-12 }
    raisedOthers = others(moved.probabilities).count
    guard let tilted = DistanceRecord.tilt(outcomes, reaching: moved.value) else {
      (nats, tiltedOthers, tiltedOthersShare) = (.infinity, 0, .nan)
      return
    }
    let gains = zip(tilted.probabilities, base).map { max(0, $0 - $1) }
    nats = tilted.spent
    tiltedOthers = others(tilted.probabilities).count
    tiltedOthersShare =
      others(tilted.probabilities).reduce(0) { $0 + gains[$1] } / gains.reduce(0, +)
  }

  /// The tilt with a value; nil where sharper ones never get there.
  private static func tilt(_ outcomes: Outcomes, reaching value: Double) -> BudgetedOptimum? {
    func tilted(_ sharpness: Double) -> BudgetedOptimum {
      BudgetedOptimum.tilted(outcomes.utilities, outcomes.logProbabilities, sharpness)
    }
    var (low, high) = (0.0, 1.0)
    while tilted(high).value < value {
      high *= 2
      guard high < 1e6 else { return nil }
    }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if tilted(middle).value < value { low = middle } else { high = middle }
    }
    return tilted(high)
  }
}

/// Whether a method fell into a hole, counted seed by seed.
///
/// A seed fell when its hack rate lies more than ten points above every seed of the method in the hole's clean control, or above ten per cent
/// where there is no control. Few seeds are better counted than averaged: one of three that fell is not a third of a fall.
public struct HoleOutcome: Hashable, Sendable {
  /// How far above the control a rate must lie: ten points.
  public static let smallestFall = 0.1

  /// What became of the seeds.
  public enum Kind: Hashable, Sendable {
    /// All finished seeds fell.
    case fell
    /// Some did.
    case divided
    /// None did.
    case stayedOut
    /// No finished seed has a hack rate.
    case unknown
  }

  /// The hole.
  public let hole: String
  /// How many finished seeds fell.
  public let fallenCount: Int
  /// How many finished seeds have a hack rate.
  public let seedCount: Int
  /// How many seeds did not come to their end.
  public let failedCount: Int

  /// What became of the seeds.
  public var kind: Kind {
    if seedCount == 0 { return .unknown }
    return fallenCount == 0 ? .stayedOut : fallenCount == seedCount ? .fell : .divided
  }

  /// The outcome in a few words.
  public var badge: String {
    switch kind {
    case .fell: "fell in, \(fallenCount) of \(seedCount)"
    case .divided: "fell in, \(fallenCount) of \(seedCount) seeds"
    case .stayedOut: "stayed out"
    case .unknown: failedCount > 0 ? "diverged" : "not measured"
    }
  }
}

extension MethodComparison {
  /// What became of a method in every hole.
  public func outcomes(of method: String) -> [HoleOutcome] {
    holes.map { hole in
      let found = runs(of: method, on: hole.name)
      let rates = found.compactMap { $0.value(.hackRate) }
      let clean = controls.filter { $0.controlOf == hole.name }
        .flatMap { runs(of: method, on: $0.name) }.compactMap { $0.value(.hackRate) }
      let limit = (clean.max() ?? 0) + HoleOutcome.smallestFall
      return HoleOutcome(
        hole: hole.name, fallenCount: rates.count { $0 > limit }, seedCount: rates.count,
        failedCount: found.count { $0.failure != nil })
    }
  }
}

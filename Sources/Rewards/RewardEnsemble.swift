public import LanguageModels

/// Several judges of the same thing, usually reward models that were trained with other seeds.
///
/// A policy finds what one model overrates; where the members disagree none of them knows (Coste and others 2023, arXiv 2310.02743).
/// How far they disagree, the members' standard deviation, is the remark `disagreement`.
public struct RewardEnsemble: Reward {
  /// What becomes of the members' scores r₁ … rₖ.
  ///
  /// Deviation and variance are those of a population, divided by k and not by k − 1.
  public enum Combination: String, Codable, Sendable, CaseIterable {
    /// r̄, their mean.
    case mean
    /// min rᵢ ("worst-case optimization").
    case worst
    /// r̄ − λ·σ: in the members' own unit, so that λ means the same at any scale.
    case meanMinusDeviation = "mean-minus-deviation"
    /// r̄ − λ·σ², as the paper's "uncertainty-weighted optimization" has it.
    case meanMinusVariance = "mean-minus-variance"
  }

  private let members: [any Reward]
  private let combination: Combination
  private let penalty: Double

  /// Whether any member waits.
  public var waits: Bool { members.contains { $0.waits } }

  /// An ensemble.
  ///
  /// - Parameters:
  ///   - members: At least one.
  ///   - combination: What becomes of their scores.
  ///   - penalty: λ.
  public init(_ members: [any Reward], combination: Combination = .mean, penalty: Double = 1) {
    precondition(!members.isEmpty, "an ensemble has a member")
    self.members = members
    self.combination = combination
    self.penalty = penalty
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) throws -> [Grade] {
    let scores = try members.map { try $0.scores(completions) }
    return completions.indices.map { index in
      let opinions = scores.map { $0[index] }
      return Grade(
        Self.combined(opinions, combination, penalty: penalty),
        remarks: ["disagreement": Self.variance(opinions).squareRoot()])
    }
  }

  /// One number for the members' scores.
  static func combined(
    _ scores: [Double], _ combination: Combination, penalty: Double
  ) -> Double {
    let mean = scores.reduce(0, +) / Double(scores.count)
    return switch combination {
    case .mean: mean
    // Not a minimum, which would hide NaN.
    case .worst: scores.reduce(.infinity) { $1.isNaN || $1 < $0 ? $1 : $0 }
    case .meanMinusDeviation: mean - penalty * variance(scores).squareRoot()
    case .meanMinusVariance: mean - penalty * variance(scores)
    }
  }

  private static func variance(_ scores: [Double]) -> Double {
    let mean = scores.reduce(0, +) / Double(scores.count)
    return scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
  }
}

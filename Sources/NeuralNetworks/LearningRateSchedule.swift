import Foundation

/// How the learning rate changes over a run, as a factor from 0 to 1.
public struct LearningRateSchedule: Codable, Equatable, Sendable {
  /// What follows the warm-up.
  public enum Decay: String, Codable, Sendable, CaseIterable {
    /// Stays at 1.
    case constant
    /// Falls in a straight line.
    case linear
    /// Falls along half a cosine.
    case cosine
  }

  /// What follows the warm-up.
  public var decay: Decay
  /// The share of all steps in which the factor rises in a straight line.
  public var warmUpShare: Double
  /// The factor at the end of the run.
  public var finalFactor: Double

  enum CodingKeys: String, CodingKey {
    case decay
    case warmUpShare = "warmup_share"
    case finalFactor = "final_factor"
  }

  /// A schedule.
  public init(decay: Decay = .constant, warmUpShare: Double = 0, finalFactor: Double = 0) {
    self.decay = decay
    self.warmUpShare = warmUpShare
    self.finalFactor = finalFactor
  }

  /// The factor at a step.
  ///
  /// - Parameters:
  ///   - step: Counted from 0.
  ///   - total: How many steps the run has.
  /// - Returns: The factor for the learning rate.
  public func factor(step: Int, total: Int) -> Double {
    let warmUp = Int((warmUpShare * Double(total)).rounded())
    if step < warmUp { return Double(step + 1) / Double(warmUp) }
    let progress = min(1, Double(step - warmUp) / Double(max(1, total - warmUp)))
    switch decay {
    case .constant: return 1
    case .linear: return 1 + (finalFactor - 1) * progress
    case .cosine: return finalFactor + (1 - finalFactor) * (1 + cos(.pi * progress)) / 2
    }
  }
}

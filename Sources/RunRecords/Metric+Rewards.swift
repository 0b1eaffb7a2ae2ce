// Names that depend on what a run is rewarded for, and so cannot stand in the catalogue.

extension Metric {
  /// What a part of the reward adds to the score; also what was remarked beside it.
  ///
  /// - Parameter name: The part's name: letters, digits, `_`, `-` and `.`.
  /// - Returns: The metric.
  public static func rewardPart(_ name: String) -> Metric {
    rewards(
      "reward/\(name)", "Mean of what the reward's part '\(name)' adds to the score, weighted.")
  }

  /// What a part of the reward gave, without its weight, under TRL's name (its GRPO trainer).
  ///
  /// - Parameter name: The part's name.
  /// - Returns: The metric.
  public static func rewardMean(_ name: String) -> Metric {
    rewards("rewards/\(name)/mean", "Mean of the reward's part '\(name)' before its weight.")
  }

  /// How far what a part of the reward gave differs between completions, under TRL's name.
  ///
  /// - Parameter name: The part's name.
  /// - Returns: The metric.
  public static func rewardDeviation(_ name: String) -> Metric {
    rewards(
      "rewards/\(name)/std",
      "Standard deviation (of a sample) of the reward's part '\(name)' before its weight.")
  }

  private static func rewards(_ name: String, _ meaning: String) -> Metric {
    do {
      return try custom(name, unit: .reward, meaning: meaning)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

/// What a run had earned when it had come so far from its start, so that runs are compared at equal KL.
public enum RewardAtDivergence {
  /// The reward where KL first reaches a value, on the straight line between the steps before and after.
  ///
  /// Estimates of KL are noisy and may fall again; the first crossing is what counts, as it is the first policy that far away.
  ///
  /// - Parameters:
  ///   - divergence: KL over steps, in nats.
  ///   - reward: The reward over steps; steps that only one of the two has are left out.
  ///   - target: The KL at which it is asked, in nats.
  /// - Returns: The reward; nil where the run never comes so far, or begins beyond.
  public static func reward(
    divergence: [CurvePoint], reward: [CurvePoint], at target: Double
  ) -> Double? {
    let path = joined(divergence, reward)
    guard let first = path.first, first.divergence <= target else { return nil }
    guard let after = path.firstIndex(where: { $0.divergence >= target }) else { return nil }
    let (far, near) = (path[after], path[max(0, after - 1)])
    guard far.divergence > near.divergence else { return far.reward }
    let share = (target - near.divergence) / (far.divergence - near.divergence)
    return near.reward + share * (far.reward - near.reward)
  }

  /// The farthest that a run came with a reward beside it, in nats; nil without common steps.
  public static func reach(divergence: [CurvePoint], reward: [CurvePoint]) -> Double? {
    joined(divergence, reward).map(\.divergence).max()
  }

  private static func joined(
    _ divergence: [CurvePoint], _ reward: [CurvePoint]
  ) -> [(divergence: Double, reward: Double)] {
    let rewards = Dictionary(
      reward.filter(\.value.isFinite).map { ($0.step, $0.value) }, uniquingKeysWith: { $1 })
    return divergence.filter(\.value.isFinite).sorted { $0.step < $1.step }.compactMap { point in
      rewards[point.step].map { (point.value, $0) }
    }
  }
}

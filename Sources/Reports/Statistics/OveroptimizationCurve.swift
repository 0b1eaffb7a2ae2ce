import Foundation

/// Reward against distance from the start, in the forms that over-optimisation was found to have.
///
/// With d = √KL(π ‖ π₀) in √nats and R₀ the reward at d = 0:
///
///     best of n               R(d) = R₀ + d·(α − β·d)
///     reinforcement learning  R(d) = R₀ + d·(α − β·log d)
///
/// α is what the first steps away earn, in rewards per √nat (at d = 1 for the second form); β is how fast that is lost again.
/// L. Gao, J. Schulman, J. Hilton, Scaling laws for reward model overoptimization, 2022, arXiv 2210.10760, section 3, where R₀ is 0 by
/// definition. Both are linear in R₀, α and β, so that least squares have a closed form.
public struct OveroptimizationCurve: Hashable, Sendable {
  /// How the distance was gone.
  public enum Form: Hashable, Sendable, CaseIterable {
    /// By choosing among answers.
    case bestOfN
    /// By training on the reward.
    case reinforcement

    /// What stands beside β: d² or d·log d, which is 0 at 0.
    func bend(_ distance: Double) -> Double {
      switch self {
      case .bestOfN: distance * distance
      case .reinforcement: distance > 0 ? distance * log(distance) : 0
      }
    }
  }

  /// A place on the curve.
  public struct Point: Hashable, Sendable {
    /// d = √KL, in √nats.
    public var distance: Double
    /// The reward there.
    public var reward: Double

    /// Makes a place.
    public init(distance: Double, reward: Double) {
      self.distance = distance
      self.reward = reward
    }
  }

  /// How the distance was gone.
  public let form: Form
  /// R₀: the reward at distance 0.
  public let start: Double
  /// α.
  public let alpha: Double
  /// β.
  public let beta: Double
  /// R²: the share of the rewards' variance that the curve explains; nil where the rewards are all alike.
  public let explainedShare: Double?
  /// The greatest distance that was seen; beyond it the curve is a guess.
  public let reach: Double

  /// Fits a curve by least squares; nil where points are too few to say anything.
  ///
  /// There must be one more distance than numbers to find: three above 0 with a known start, else four. Points that are not finite and
  /// distances below 0 are left out.
  ///
  /// - Parameters:
  ///   - form: How the distance was gone.
  ///   - points: Distances and rewards, in any order.
  ///   - start: R₀ where it is known, such as the mean reward of all answers beside the best of n; nil fits it too.
  public init?(_ form: Form, to points: some Sequence<Point>, start: Double? = nil) {
    let points = points.filter {
      $0.distance.isFinite && $0.reward.isFinite && $0.distance >= 0
        && (start == nil || $0.distance > 0)
    }
    guard Set(points.map(\.distance)).count >= (start == nil ? 4 : 3) else { return nil }
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    let (distances, bends, rewards) = (
      points.map(\.distance), points.map { form.bend($0.distance) }, points.map(\.reward)
    )
    // A start that is not known is what is left over in the mean.
    let centre = start.map { (0.0, 0.0, $0) } ?? (mean(distances), mean(bends), mean(rewards))
    let (x, z, y) = (
      distances.map { $0 - centre.0 }, bends.map { $0 - centre.1 }, rewards.map { $0 - centre.2 }
    )
    guard let (slope, turn) = OveroptimizationCurve.solve(x, z, y) else { return nil }
    self.form = form
    alpha = slope
    beta = -turn
    self.start = start ?? centre.2 - slope * centre.0 - turn * centre.1
    reach = distances.max() ?? 0
    let residuals = zip(y, zip(x, z)).map { $0 - slope * $1.0 - turn * $1.1 }
    let middle = mean(rewards)
    let spread = rewards.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    explainedShare =
      Set(rewards).count > 1 ? 1 - residuals.reduce(0) { $0 + $1 * $1 } / spread : nil
  }

  /// a and b with the least Σ(y − a·x − b·z)²; nil where x and z say the same, or one of them nothing.
  private static func solve(_ x: [Double], _ z: [Double], _ y: [Double]) -> (Double, Double)? {
    let product = { (left: [Double], right: [Double]) in
      zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (xx, zz, xz) = (product(x, x), product(z, z), product(x, z))
    let determinant = xx * zz - xz * xz
    guard determinant > 1e-12 * xx * zz, determinant.isFinite else { return nil }
    let (xy, zy) = (product(x, y), product(z, y))
    return ((zz * xy - xz * zy) / determinant, (xx * zy - xz * xy) / determinant)
  }

  /// R(d).
  public func reward(at distance: Double) -> Double {
    start + alpha * distance - beta * form.bend(distance)
  }

  /// Where the reward is greatest, α/(2β) or exp(α/β − 1), and what it is there; nil where it never turns down (β ≤ 0), or only falls.
  public var peak: Point? {
    guard beta > 0 else { return nil }
    let distance =
      switch form {
      case .bestOfN: alpha / (2 * beta)
      case .reinforcement: exp(alpha / beta - 1)
      }
    guard distance > 0, distance.isFinite else { return nil }
    return Point(distance: distance, reward: reward(at: distance))
  }

  /// The curve in words: its numbers, and where it turns.
  public var summary: String {
    let shape =
      switch form {
      case .bestOfN: "R₀ + d(α − β·d)"
      case .reinforcement: "R₀ + d(α − β·log d)"
      }
    let text = NumberFormat.significant
    let fit =
      "\(shape) with R₀ \(text(start, 3)), α \(text(alpha, 3)), β \(text(beta, 3)), "
      + "R² \(text(explainedShare, 3))"
    guard let peak else { return "\(fit); no peak follows from it." }
    let place = "√KL \(text(peak.distance, 3)), reward \(text(peak.reward, 3))"
    return peak.distance > reach
      ? "\(fit); its peak would be at \(place), beyond what was seen (√KL \(text(reach, 3)))."
      : "\(fit); its peak is at \(place)."
  }

  /// The curve over the distances that were seen.
  ///
  /// - Parameter count: How many places, at least 2.
  /// - Returns: Places at equal distances from 0 on.
  public func points(_ count: Int = 61) -> [Point] {
    (0..<count).map {
      let distance = reach * Double($0) / Double(count - 1)
      return Point(distance: distance, reward: reward(at: distance))
    }
  }
}

/// One choice, one reward, and the episode is over.
///
/// The smallest world there is: with one state, whatever a method does to a policy can be written down. Under a KL penalty β against p₀
/// the optimum is p(a) ∝ p₀(a)·exp(r(a)/β).
public struct Bandit: Environment {
  /// What each action earns.
  public let rewards: [Double]
  /// What the actions are called, for people.
  public let actionNames: [String]
  private var progress = EpisodeProgress.unstarted

  /// A bandit.
  ///
  /// - Parameters:
  ///   - rewards: What each action earns; at least one, all finite.
  ///   - actionNames: What the actions are called; by default their numbers.
  public init(rewards: [Double], actionNames: [String]? = nil) {
    precondition(
      !rewards.isEmpty && rewards.allSatisfy(\.isFinite),
      "a bandit needs finite rewards, and was given \(rewards)")
    let names = actionNames ?? rewards.indices.map(String.init)
    precondition(
      names.count == rewards.count, "\(rewards.count) rewards, but \(names.count) action names")
    self.rewards = rewards
    self.actionNames = names
  }

  /// One number, which says nothing.
  public var observationCount: Int { 1 }
  /// How many arms there are.
  public var actionCount: Int { rewards.count }

  /// Begins an episode.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    progress = .underWay
    return [1]
  }

  /// Pulls an arm.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    progress = .over
    return Step(observation: [1], reward: rewards[action], ending: .terminated)
  }
}

// The examples of Turner & Einhorn, "Mode collapse in RL may be fueled by the update equation", 2023.
extension Bandit {
  /// "We had a …": the ordinary advantage lets the better word gain logits without end.
  public static let weddingOrParty = Bandit(rewards: [1, 0.5], actionNames: ["wedding", "party"])

  /// Nearly the same reward: a softmax over rewards keeps both, 27 % and 73 %.
  public static let pizzaOrCookies = Bandit(rewards: [10, 11], actionNames: ["pizza", "cookies"])

  /// A large reward for tampering, for policies that hardly ever try it.
  public static let wireheading = Bandit(rewards: [10, 100], actionNames: ["pizza", "wirehead"])
}

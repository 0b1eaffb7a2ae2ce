import LanguageModels
import Training

/// What one method made of one budget of annotation in one world.
public struct TokenFeedbackRun: Codable, Equatable, Sendable {
  /// What a run is about.
  public struct Setting: Codable, Hashable, Sendable {
    /// The method.
    public var method: TokenMethod
    /// What annotators could spend, in bits.
    public var bits: Double
    /// How often they erred.
    public var noise: Double
    /// Whether KL held unmarked tokens, or the policy as a whole.
    public var isHeld: Bool
    /// What they judged by.
    public var goal: FactGoal
  }

  /// What it is about.
  public var setting: Setting
  /// The world.
  public var seed: Int
  /// Marks or comparisons that were made.
  public var judgements: Int
  /// How often the reward model orders what it did not see as the truth does; nil without one.
  public var rewardAccuracy: Double?
  /// What the policy says of the facts.
  public var measure: FactMeasure
  /// The share of sampled texts that reach the goal.
  public var success: Double
  /// The mean length of sampled texts in tokens.
  public var length: Double

  enum CodingKeys: String, CodingKey {
    case setting, seed, judgements
    case rewardAccuracy = "reward_accuracy"
    case measure, success, length
  }
}

/// What annotators judge by.
public enum FactGoal: String, Codable, Sendable, CaseIterable {
  /// No sentence is false: what is wrong is one word, given those before it.
  case truth
  /// The three countries begin with letters of the alphabet's three thirds, in any order: what is wrong is the text.
  case coverage

  /// Whether a text reaches it.
  func isReached(by tokens: [Int]) -> Bool {
    switch self {
    case .truth:
      let claims = Claim.all(in: tokens)
      return !claims.isEmpty && claims.allSatisfy(\.isTrue)
    case .coverage:
      let countries = tokens.compactMap(FactWorld.country(of:))
      let thirds = Set(countries.map { $0 * 3 / FactWorld.countries.count })
      return countries.count == FactWorld.sentenceCount && thirds.count == 3
    }
  }
}

import LanguageModels
import Rewards

/// What becomes of a completion's score, and of a completion that did not end within the length limit.
///
/// Everything is off by default: scores are as the reward gives them, and a cut completion is scored as it stands.
public struct CompletionRules: Codable, Equatable, Sendable {
  /// What a completion is that the length limit cut.
  public enum Truncated: String, Codable, Sendable, CaseIterable {
    /// An ending like any other: it is scored as it stands, and nothing follows.
    case terminal
    /// Scored, reported and compared with the others of its group, but nothing is learned from it: the overlong filtering of DAPO
    /// (Yu et al. 2025, arXiv 2503.14476), `mask_truncated_completions` of TRL.
    case mask
    /// No ending: truncation is not termination (Pardo et al. 2018, arXiv 1712.00378). The score, which is paid for a whole text, is
    /// not paid, and the critic's value of the state after the last token stands for what would have come. With both paid, and γ = 1,
    /// values would grow without bound.
    case bootstrap
  }

  /// What a missing end-of-text token does to the score.
  public enum MissingEnd: String, Codable, Sendable, CaseIterable {
    /// The penalty is taken off, as in TRL.
    case subtract
    /// Minus the penalty stands in its place, whatever the text is worth (Ziegler et al. 2019, with a penalty of 1).
    case replace
  }

  /// What a cut completion is.
  public var truncated = Truncated.terminal
  /// What the score of a completion without an end-of-text token loses, or becomes the negative of; nil leaves it.
  public var missingEndPenalty: Double?
  /// Which of the two.
  public var missingEnd = MissingEnd.subtract
  /// c: scores are clipped to [−c, c], before the penalty, baselines and KL; nil does not clip.
  public var scoreClipRange: Double?

  enum CodingKeys: String, CodingKey {
    case truncated
    case missingEndPenalty = "missing_eos_penalty"
    case missingEnd = "missing_eos"
    case scoreClipRange = "score_clip_range"
  }

  /// Nothing is changed.
  public init() {}

  /// Says what does not go together.
  ///
  /// - Parameter hasCritic: Whether somebody estimates V; nil where nobody could.
  /// - Throws: `TrainingError.configuration` with the key to change.
  func validate(hasCritic: Bool?) throws(TrainingError) {
    for case (let key, let value?) in [
      ("missing_eos_penalty", missingEndPenalty), ("score_clip_range", scoreClipRange),
    ] where !(value > 0 && value.isFinite) {
      throw problem(key, "\(value) is not above 0; leave it out, or none, to change no score")
    }
    if missingEnd == .replace && missingEndPenalty == nil {
      throw problem(
        "missing_eos", "replace puts minus missing_eos_penalty in the place of the score: set it")
    }
    guard truncated == .bootstrap else { return }
    guard let hasCritic else {
      throw problem(
        "truncated", "bootstrap needs a critic, and the best of n has none: use terminal or mask")
    }
    guard hasCritic else {
      throw problem(
        "truncated",
        "bootstrap puts V(s) behind a cut completion, which nobody estimates: use a method with a critic, such as ppo, or mask"
      )
    }
    guard missingEndPenalty == nil else {
      throw problem(
        "missing_eos_penalty",
        "fines a completion for not ending, where truncated: bootstrap says that it goes on: use one of the two"
      )
    }
  }

  private func problem(_ key: String, _ reason: String) -> TrainingError {
    .configuration(key: "completions.\(key)", reason: reason)
  }

  /// The completions that nothing is learned from, by their place.
  func masked(_ completions: [Completion]) -> Set<Int> {
    guard truncated == .mask else { return [] }
    return Set(completions.indices.filter { completions[$0].finish == .length })
  }

  /// The completions that go on behind their last token, by their place.
  func continued(_ completions: [Completion]) -> [Int] {
    guard truncated == .bootstrap else { return [] }
    return completions.indices.filter { completions[$0].finish == .length }
  }

  /// Grades with the scores that are learned from; payments to single tokens stay.
  func applied(to grades: [Grade], of completions: [Completion]) -> [Grade] {
    zip(grades, completions).map { grade, completion in
      var grade = grade
      if let range = scoreClipRange {
        grade.remarks["score_clipped"] = abs(grade.score) > range ? 1 : 0
        grade.score = min(max(grade.score, -range), range)
      }
      if let penalty = missingEndPenalty, completion.finish == .length {
        grade.score = missingEnd == .subtract ? grade.score - penalty : -penalty
      }
      return grade
    }
  }

  /// What is paid at each token of a completion.
  func payments(_ grade: Grade, for completion: Completion) -> [Double] {
    var grade = grade
    if !continued([completion]).isEmpty { grade.score = 0 }
    return grade.payments(count: completion.tokens.count)
  }
}

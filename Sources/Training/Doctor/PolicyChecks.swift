/// Questions about a run of policy optimization before it begins.
enum PolicyChecks {
  /// All of them, from the data to the update.
  static let all: [Check<PolicyScene>] = [
    vocabularies, beginningOfText, padToken, stopTokens, prompts, truncation, roundTrip,
    entropy, samplerAgreement, referenceDistance, padding, batchSize, paddingContent,
    gradients, rewardModels,
  ]
}

extension PolicyScene {
  /// Asks everything, and the reward twice.
  ///
  /// - Returns: A finding for every check, in a fixed order.
  public func findings() -> [Finding] {
    let findings = PolicyChecks.all.map { $0.finding(self) }
    do {
      return try findings + RewardAnswers(self).findings
    } catch {
      return findings + [
        Finding(
          "rewards are given", .failed, "\(error)",
          advice: "a run would stop at its first step: put right what the message names")
      ]
    }
  }
}

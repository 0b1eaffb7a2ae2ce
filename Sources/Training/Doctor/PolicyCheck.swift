/// One question about a run of policy optimization before it begins.
struct PolicyCheck: Sendable {
  let name: String
  let examine: @Sendable (PolicyScene) throws -> Verdict

  init(_ name: String, _ examine: @escaping @Sendable (PolicyScene) throws -> Verdict) {
    self.name = name
    self.examine = examine
  }

  /// All of them, from the data to the update.
  static let all: [PolicyCheck] = [
    .vocabularies, .beginningOfText, .padToken, .stopTokens, .prompts, .truncation, .roundTrip,
    .entropy, .samplerAgreement, .referenceDistance, .padding, .batchSize, .paddingContent,
    .gradients, .rewardModels,
  ]

  func finding(_ scene: PolicyScene) -> Finding {
    let verdict: Verdict
    do {
      verdict = try examine(scene)
    } catch {
      verdict = .failed("\(error)", "put right what the message names")
    }
    return Finding(name, verdict.status, verdict.measured, advice: verdict.advice)
  }
}

extension PolicyScene {
  /// Asks everything, and the reward twice.
  ///
  /// - Returns: A finding for every check, in a fixed order.
  public func findings() -> [Finding] {
    let findings = PolicyCheck.all.map { $0.finding(self) }
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

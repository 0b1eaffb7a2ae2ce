public import LanguageModels
public import Rewards
import Torch

extension LanguageAgent {
  /// What a run works with.
  public struct Parts {
    /// The model that is trained, in place, or its adapter if it has one.
    public var policy: LanguageModel
    /// The model it is held to, or watched against.
    public var reference: LanguageModel
    /// What it is rewarded for.
    public var reward: any Reward
    /// Prompts as token ids, drawn in random order again and again.
    public var prompts: [[Int]]
    /// What the policy has learned of a budget before; nil starts afresh where there is one.
    public var budgetHead: BudgetHead?
    /// Tokens to text, for samples that people read.
    public var decode: @Sendable ([Int]) -> String

    /// The parts of a run.
    public init(
      policy: LanguageModel, reference: LanguageModel, reward: any Reward, prompts: [[Int]],
      budgetHead: BudgetHead? = nil, decode: @escaping @Sendable ([Int]) -> String
    ) {
      self.policy = policy
      self.reference = reference
      self.reward = reward
      self.prompts = prompts
      self.budgetHead = budgetHead
      self.decode = decode
    }
  }
}

extension LanguageAgent.Parts {
  /// Says what does not go together.
  func check(_ configuration: PolicyConfiguration) throws {
    guard !prompts.isEmpty else { throw TrainingError.noData("the prompts") }
    try checkDevice(
      policy.outputWeight,
      for: configuration.method.advantage.baseline == .minimumVariance
        ? "the baseline of least variance" : nil)
    guard reference.outputWeight.device == policy.outputWeight.device else {
      throw TrainingError.configuration(
        key: "device",
        reason:
          "the policy is on \(policy.outputWeight.device), the reference on \(reference.outputWeight.device)"
      )
    }
    let longest = prompts.map(\.count).max() ?? 0
    let positions = min(
      policy.configuration.positionCount, reference.configuration.positionCount)
    guard longest + configuration.sampling.maximumLength <= positions else {
      throw TrainingError.configuration(
        key: "sampling.max_new_tokens",
        reason:
          "a prompt of \(longest) tokens and \(configuration.sampling.maximumLength) new ones do not fit \(positions) positions"
      )
    }
    if configuration.method.objective.kind == .trustRegion,
      policy.adapter?.configuration.dropout ?? 0 > 0
    {
      throw TrainingError.configuration(
        key: "lora.lora_dropout", reason: "trust-region compares one policy with itself: use 0")
    }
  }
}

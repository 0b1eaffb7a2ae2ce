import Foundation
import Testing

@testable import RunRecords

@Suite struct `Metrics` {
  @Test func `have names that occur once, units and a meaning that is a sentence`() {
    let names = Metric.catalogue.map(\.name)
    #expect(Set(names).count == names.count)
    for metric in Metric.catalogue {
      #expect(metric.meaning.hasSuffix("."), "\(metric.name)")
      #expect(!metric.name.isEmpty)
      #expect(Metric.named(metric.name) == metric)
    }
  }

  /// The names that TRL's PPO trainer logs, in its spelling.
  @Test(arguments: [
    "eps", "objective/kl", "objective/entropy", "objective/non_score_reward",
    "objective/rlhf_reward", "objective/scores", "policy/approxkl_avg", "policy/clipfrac_avg",
    "policy/entropy_avg", "loss/policy_avg", "loss/value_avg", "val/clipfrac_avg", "val/ratio",
    "val/ratio_var", "val/num_eos_tokens", "lr", "episode",
  ])
  func `include TRL's`(name: String) {
    #expect(Metric.named(name) != nil)
  }

  @Test(arguments: [
    "objective/kl_k1", "objective/kl_k2", "objective/kl_k3", "objective/kl_coefficient",
    "policy/grad_norm", "val/explained_variance", "val/q_loss", "completions/mean_length",
    "completions/terminated_share", "gaa/a", "gaa/b", "gaa/sigma", "gaa/eta",
    "hack/honeypot_rate", "hack/gold_reward", "hack/proxy_reward", "diversity/distinct_2",
    "timing/rollout_seconds", "timing/reward_seconds", "timing/estimate_seconds",
    "timing/update_seconds", "loss",
    "validation/loss", "validation/bits_per_byte", "num_tokens",
    "grad_norm", "min_reward", "mean_reward", "max_reward", "accuracy", "margin",
    "validation/accuracy",
  ])
  func `include our own`(name: String) {
    #expect(Metric.named(name) != nil)
  }

  @Test func `of a user have other names than ours`() throws {
    let metric = try Metric.custom("reward/politeness", unit: .share, meaning: "Said please.")
    #expect(metric.name == "reward/politeness" && metric.group == "reward")
    #expect(throws: MetricError.knownName("loss")) { try Metric.custom("loss", meaning: "") }
    #expect(throws: MetricError.reservedName("step")) { try Metric.custom("step", meaning: "") }
  }

  @Test(arguments: ["", "a b", "a\"b", "é", "a\n"])
  func `of a user need names that fit into any log`(name: String) {
    #expect(throws: MetricError.invalidName(name)) { try Metric.custom(name, meaning: "") }
  }

  @Test func `stand in the documentation as in the program`() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Documentation/Metrics.md")
    #expect(
      try text(of: page) == Metric.glossaryPage,
      "rein metrics > Documentation/Metrics.md brings it up to date")
  }

  @Test func `have a better end only where it is known without the run`() {
    #expect(Metric.scores.direction == .rising && Metric.loss.direction == .falling)
    #expect(Metric.kl.direction == nil && Metric.policyEntropy.direction == nil)
  }

  @Test(arguments: ["sft", "reward", "ppo", "control", "something else"])
  func `that tell most are there for every command`(command: String) {
    let metrics = Metric.telling(of: command)
    #expect(metrics.count >= 4 && Set(metrics).count == metrics.count)
    #expect(metrics.allSatisfy { Metric.named($0.name) != nil })
  }

  @Test func `make a glossary with one row each`() throws {
    let custom = try Metric.custom("a/b", unit: .nats, meaning: "One | other.")
    #expect(
      Metric.glossary(of: [custom]) == """
        | Metric | Unit | Meaning |
        |---|---|---|
        | `a/b` | nats | One \\| other. |

        """)
    #expect(
      Metric.glossary().split(separator: "\n").count == Metric.catalogue.count + 2)
  }
}

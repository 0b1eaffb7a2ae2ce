import PolicyOptimization
import Training
import Yams

/// The meanings of the four choices of a method.
enum MethodMeanings {
  static let all: [(key: String, meaning: String)] = [
    (
      "training.method.advantage.estimator",
      "How good an action was: " + names(Method.Advantage.Estimator.self) + "."
    ),
    (
      "training.method.advantage.baseline",
      "Taken off total-return and reward-to-go: " + names(Method.Advantage.Baseline.self) + "."
    ),
    ("training.method.advantage.multi_step", "k of multi-step; 1 is the one-step error."),
    ("training.method.advantage.discount", "γ."),
    ("training.method.advantage.lambda", "λ of the advantages."),
    (
      "training.method.advantage.group_size",
      "Completions of one prompt that leave-one-out and group-relative compare."
    ),
    (
      "training.method.advantage.group_scaling",
      "What group-relative divides by: the group's deviation, or none."
    ),
    ("training.method.advantage.whitening", "centered, scaled (the mean stays) or none."),
    (
      "training.method.objective.kind",
      "How far one step may go: " + names(Method.Objective.Kind.self) + "."
    ),
    ("training.method.objective.clip_range", "ε of clip."),
    (
      "training.method.objective.dual_clip",
      "c of clip: a bad action pulls no harder than c; none leaves it out."
    ),
    ("training.method.objective.penalty_coefficient", "β of penalty at the start."),
    ("training.method.objective.penalty_target", "KL per token that penalty's β is steered to."),
    ("training.method.objective.trust_region.max_kl", "δ of trust-region, in nats per token."),
    (
      "training.method.objective.trust_region.iterations", "Conjugate-gradient iterations."
    ),
    ("training.method.objective.trust_region.damping", "Added to the Fisher matrix's diagonal."),
    ("training.method.objective.trust_region.backtracking", "α of the line search."),
    ("training.method.objective.trust_region.attempts", "Steps that the line search tries."),
    (
      "training.method.objective.stopping_kl",
      "A step's updates stop where KL(π_old ‖ π) per token exceeds this; none never stops."
    ),
    (
      "training.method.objective.averaging",
      "Losses over tokens: step (mean of all), trajectory (mean of means) or sum."
    ),
    ("training.method.objective.entropy_weight", "Weight of the entropy bonus."),
    ("training.method.objective.greedy_awareness", "none, code, text or per-token."),
    ("training.method.objective.sigma_scale", "x_σ of greedy awareness."),
    ("training.method.objective.eta_scale", "x_η of greedy awareness."),
    (
      "training.method.objective.greedy_control.a",
      "A control: this number in place of greedy awareness's measured a."
    ),
    ("training.method.objective.greedy_control.b", "A control: this number in place of b."),
    (
      "training.method.objective.greedy_control.shuffled",
      "A control for per-token: a and b go to other tokens than those they were measured at."
    ),
    (
      "training.method.reference.placement",
      "Where the KL penalty stands: none, reward or loss; or budget, a hard bound instead."
    ),
    (
      "training.method.reference.kl_estimator",
      "KL in the loss: full (all tokens), k2 or k3 (of the token taken)."
    ),
    ("training.method.reference.coefficient", "β of the KL penalty."),
    (
      "training.method.reference.target",
      "KL per episode that β is steered towards; none keeps β."
    ),
    (
      "training.method.reference.steering",
      "How β follows the target: \(names(DivergenceController.Steering.self))."
    ),
    (
      "training.method.reference.horizon",
      "Episodes in which β can change by a factor of about e^0.2."
    ),
    (
      "training.method.reference.dual_rate",
      "What a nat above the target adds to β in a step of dual-ascent."
    ),
    (
      "training.method.reference.budget.nats",
      "Nats that an episode may spend on differing from the reference."
    ),
    (
      "training.method.reference.budget.accounting",
      "What a token costs: \(names(KLBudget.Accounting.self)): KL, log-ratio as published, log-ratio without refunds."
    ),
    (
      "training.method.reference.budget.ramp_steps",
      "Steps over which the budget grows from 0; 0 gives all of it at once."
    ),
    (
      "training.method.critic.kind",
      names(Method.CriticChoice.Kind.self) + "."
    ),
    (
      "training.method.critic.action_value_form",
      "dueling (Q = V + head) or independent (Q = head)."
    ),
    ("training.method.critic.clip_range", "ε of the clipped value loss; none does not clip."),
    (
      "training.method.critic.expectile",
      "τ: V learns this expectile of Q instead of returns (ILQL); none learns returns."
    ),
    ("training.method.critic.weight", "Weight of the value loss."),
    ("training.method.critic.action_value_weight", "Weight of the action-value loss."),
    ("training.method.critic.lambda", "λ of the returns that the critic learns."),
    (
      "training.method.critic.learning_rate_factor",
      "The critic's learning rate as a multiple of the policy's."
    ),
    (
      "training.method.critic.value_epochs",
      "Passes of the critic alone after the policy's; none trains both in the same updates."
    ),
    (
      "training.method.critic.initializer_range",
      "Deviation of the heads' first weights; 0 has them answer zero."
    ),
  ]
}

/// The preset that a configuration names, if it names one.
func givenPreset(in given: Node.Mapping) throws -> Method.Preset? {
  guard let node = given[Node("preset")] else { return nil }
  guard let preset = node.string.flatMap(Method.Preset.init(rawValue:)) else {
    throw ConfigurationProblem.wrongValue(
      place: "configuration", key: "preset",
      reason: "there is no method '\(node.string ?? "?")'; there are \(names(Method.Preset.self))")
  }
  return preset
}

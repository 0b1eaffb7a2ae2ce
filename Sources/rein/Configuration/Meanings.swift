import NeuralNetworks
import Training
import Yams

/// The meanings of keys that several commands share.
private enum SharedMeanings {
  static func optimizer(_ prefix: String) -> [(key: String, meaning: String)] {
    [
      ("\(prefix).optimizer.learning_rate", "Step size of AdamW."),
      ("\(prefix).optimizer.beta1", "Decay of the first moment."),
      ("\(prefix).optimizer.beta2", "Decay of the second moment."),
      ("\(prefix).optimizer.epsilon", "Added to the root of the second moment."),
      (
        "\(prefix).optimizer.epsilon_placement",
        "What epsilon is added to: the root corrected for bias (PyTorch), or uncorrected (TensorFlow 1)."
      ),
      ("\(prefix).optimizer.weight_decay", "Decoupled decay of matrices."),
      (
        "\(prefix).optimizer.decay_embeddings",
        "Whether embedding tables are decayed like other matrices."
      ),
      (
        "\(prefix).optimizer.max_grad_norm",
        "Largest norm of all gradients together; none does not clip."
      ),
      ("\(prefix).schedule.decay", "What follows the warm-up: constant, linear or cosine."),
      ("\(prefix).schedule.warmup_share", "Share of all steps in which the rate rises from 0."),
      ("\(prefix).schedule.final_factor", "The rate at the end, as a share of the full one."),
    ]
  }

  static let method: [(key: String, meaning: String)] = [
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
    ("training.method.reference.placement", "Where the KL penalty stands: none, reward or loss."),
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
      "training.method.reference.horizon",
      "Episodes in which β can change by a factor of about e^0.2."
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

  static let lora: [(key: String, meaning: String)] = [
    (
      "lora.rank",
      "r of a new adapter (LoRA), which is trained instead of the weights; none trains all weights, or the adapter that the model has."
    ),
    ("lora.alpha", "α: the adapter's part is multiplied by α/r."),
    (
      "lora.targets",
      "Projections by name, such as q_proj or c_attn, or all-linear; none takes the family's usual ones."
    ),
    ("lora.lora_dropout", "Share of inputs that the adapter does not see while it is trained."),
    ("lora.rslora", "Whether the factor is α/√r, which suits large ranks."),
    ("lora.merge", "Whether a whole model is saved, with the adapter merged into it."),
  ]

  static let computation: [(key: String, meaning: String)] = [
    (
      "compute.precision",
      "Type of matrix products: weights (as the weights are), or bfloat16 with sums, weights and log-probabilities in float32."
    ),
    (
      "compute.gradient_checkpointing",
      "Whether blocks are computed again for their gradients instead of kept: less memory, a third more work."
    ),
    ("device", "Where models live and are trained: cpu, cuda, cuda:N or mps."),
  ]

  static let ending: [(key: String, meaning: String)] = [
    (
      "checkpoints.every",
      "Steps between checkpoints, from which --resume goes on to the same bits; none writes one only where the run is stopped."
    ),
    ("checkpoints.keep", "How many checkpoints stay, the newest first."),
    (
      "checkpoints.best",
      "A metric, such as validation/loss, by which the best checkpoint stays too (checkpoints/best); none keeps none."
    ),
    (
      "checkpoints.best_is",
      "lowest or highest; none is the lowest of losses and other metrics that shall fall, else the highest."
    ),
    ("output", "Where the trained model goes; none puts it into the run folder."),
    ("stored_type", "Type of the stored weights: float32, bfloat16 or float16."),
    ("seed", "Decides every random draw of the run."),
  ]
}

extension SupervisedRun.Configuration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("train", "JSON Lines files with `text`, `messages`, or `prompt` and `completion`."),
      ("held_out", "Held-out files of the same kind."),
      ("tokenizer", "A tokenizer.json; none takes the one beside `base`."),
      ("base", "A checkpoint folder to start from; none starts from random weights."),
      ("model.layers", "Blocks of a fresh model."),
      ("model.width", "Width of hidden states of a fresh model."),
      ("model.heads", "Attention heads of a fresh model."),
      ("model.positions", "Longest sequence of a fresh model, in tokens."),
      ("model.dropout", "Dropout while training."),
      ("training.epochs", "Passes over the training texts."),
      ("training.batch_tokens", "Most tokens in a batch, padding included."),
      (
        "training.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
      (
        "training.averaging",
        "Decay of the moving average of weights that is saved; 0 averages nothing."
      ),
    ] + SharedMeanings.lora + SharedMeanings.computation + SharedMeanings.optimizer("training")
    + SharedMeanings.ending
}

extension RewardRun.Configuration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("base", "The language model's folder to start from, with its tokenizer."),
      (
        "train",
        "JSON Lines files with `text` and `ratings`, or with `chosen` and `rejected` (text or messages)."
      ),
      ("held_out", "Held-out files with `text` and `ratings`."),
      ("dropout", "Dropout while training."),
      ("training.epochs", "Passes over the training data."),
      ("training.batch_texts", "Texts (or pairs) in a batch; all pairs of rated texts are used."),
      (
        "training.micro_batches",
        "Parts that a batch is computed in, each twice: the same update in less memory."
      ),
      (
        "training.averaging",
        "Decay of the moving average of weights that is saved; 0 averages nothing."
      ),
      (
        "training.language_model_weight",
        "Weight of the texts' own cross-entropy beside the ranking loss."
      ),
    ] + SharedMeanings.lora + SharedMeanings.computation + SharedMeanings.optimizer("training")
    + SharedMeanings.ending
}

extension BestOfNRun.Configuration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("policy", "The checkpoint folder that answers, with its tokenizer."),
      ("prompts", "JSON Lines files with `prompt`, or `text` whose opening is the prompt."),
      ("prompt_words", "How many words of a prompt are used; none uses all."),
      ("training.rounds", "Rounds of drawing, choosing and, where asked for, imitating."),
      ("training.prompts_per_round", "Prompts in a round."),
      ("training.answers", "n: answers to each prompt, of which the best is kept."),
      (
        "training.keep_share",
        "Share of the prompts' best answers that is kept, those that score highest."
      ),
      ("training.imitate", "Whether the policy learns the answers that are kept."),
      ("training.imitation.epochs", "Passes over a round's kept answers."),
      ("training.imitation.batch_tokens", "The most tokens in a batch, padding included."),
      (
        "training.imitation.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
      (
        "training.imitation.averaging",
        "Decay of the moving average of weights that a round ends with; 0 averages nothing."
      ),
      (
        "training.sampling.temperature", "Divides the scores; the higher, the more answers differ."
      ),
      ("training.sampling.top_k", "Draws from so many of the most probable tokens; 0 from all."),
      ("training.sampling.top_p", "Draws from the most probable tokens of this share; 1 from all."),
      (
        "training.sampling.min_p",
        "Draws from tokens at least this share as probable as the most probable one."
      ),
      ("training.sampling.repetition_penalty", "Divides the scores of tokens that were there."),
      ("training.sampling.max_new_tokens", "Longest completion."),
      ("training.sampling.min_new_tokens", "Shortest completion."),
    ] + CompletionMeanings.all + RewardMeanings.all
    + SharedMeanings.lora + SharedMeanings.computation
    + SharedMeanings.optimizer("training.imitation") + SharedMeanings.ending
}

extension PreferenceRun.Configuration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("policy", "The checkpoint folder that is trained, with its tokenizer."),
      ("reference", "The checkpoint it is measured from; none is the policy at the start."),
      (
        "train",
        "JSON Lines files with `chosen` and `rejected`, and perhaps `prompt` and `probability`; text or messages."
      ),
      ("held_out", "Held-out files of the same kind."),
      (
        "max_length",
        "The most tokens of prompt and answer; none takes what the model has room for."
      ),
      ("dropout", "Dropout while training."),
      ("training.objective.kind", "What is learned from a pair: sigmoid (DPO) or ipo."),
      ("training.objective.beta", "β: how dearly the policy pays for leaving the reference."),
      (
        "training.objective.label_smoothing", "Share of labels that are taken to be wrong, below ½."
      ),
      ("training.objective.reference_free", "Whether the reference is left out."),
      (
        "training.objective.averaging",
        "log π of an answer: sum or mean over its tokens; none is sum for sigmoid, mean for ipo."
      ),
      ("training.epochs", "Passes over the pairs."),
      ("training.batch_pairs", "Pairs in a batch."),
      (
        "training.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
    ] + SharedMeanings.lora + SharedMeanings.computation + SharedMeanings.optimizer("training")
    + SharedMeanings.ending
}

extension PolicyRun.Configuration: RunConfiguration {
  /// The method of the preset that is given, if one is.
  static func defaults(for given: Node.Mapping) throws -> PolicyRun.Configuration {
    Self(preset: try givenPreset(in: given) ?? .ppoKL)
  }

  static let meanings: [(key: String, meaning: String)] =
    [
      (
        "preset",
        "A method by name: " + Method.Preset.allCases.map(\.rawValue).joined(separator: ", ") + "."
      ),
      ("policy", "The checkpoint folder that is trained, with its tokenizer."),
      (
        "reference",
        "The checkpoint it is held to or watched against; none is the policy at the start."
      ),
      (
        "prompts",
        "JSON Lines files with `prompt` (text or messages), or `text` whose opening is the prompt."
      ),
      ("prompt_words", "How many words of a prompt are used; none uses all."),
    ] + RewardMeanings.all + [
      ("training.steps", "Steps of the run."),
      ("training.episodes_per_step", "Completions per step."),
      ("training.epochs", "Passes over a step's completions."),
      ("training.minibatches", "Updates per pass."),
      (
        "training.micro_batches",
        "Parts that an update is computed in: the same update in less memory."
      ),
      (
        "training.sampling.temperature", "Divides the scores, in sampling and in log-probabilities."
      ),
      ("training.sampling.top_k", "0 in training: draws come from the whole distribution."),
      ("training.sampling.top_p", "1 in training: draws come from the whole distribution."),
      ("training.sampling.min_p", "0 in training: draws come from the whole distribution."),
      (
        "training.sampling.repetition_penalty",
        "1 in training: draws come from the model's own distribution."
      ),
      ("training.sampling.max_new_tokens", "Longest completion."),
      ("training.sampling.min_new_tokens", "0 in training: the policy may stop when it likes."),
    ] + CompletionMeanings.all + SharedMeanings.lora + SharedMeanings.computation
    + SharedMeanings.method
    + SharedMeanings.optimizer("training")
    + SharedMeanings.ending
}

extension ControlRun.Configuration: RunConfiguration {
  /// The method of the preset that is given, if one is.
  static func defaults(for given: Node.Mapping) throws -> ControlRun.Configuration {
    Self(preset: try givenPreset(in: given) ?? .ppo)
  }

  static let meanings: [(key: String, meaning: String)] =
    [
      ("preset", "A method by name: " + names(Method.Preset.self) + "."),
      ("environment.name", "A world: " + names(WorldChoice.Name.self) + "."),
      (
        "environment.program",
        "An outside program to play with instead, as for the shell; none plays `name`."
      ),
      ("environment.timeout", "Seconds that an outside program has for each answer."),
      ("training.steps", "Steps of the run: each draws, estimates and improves once."),
      ("training.environments", "Worlds side by side; with whole episodes, episodes per step."),
      ("training.rollout_length", "Actions in each world per step; none plays whole episodes."),
      ("training.episode_limit", "Whole episodes are cut after so many actions."),
      ("training.hidden_widths", "Widths of the hidden layers; [] is a table of observations."),
      ("training.activation", "What follows a hidden layer: tanh or relu."),
      ("training.epochs", "Passes over a step's samples."),
      ("training.minibatches", "Updates per pass."),
    ] + SharedMeanings.method + SharedMeanings.optimizer("training") + [
      (
        "evaluation_episodes",
        "Episodes after training, with drawn and with the most probable actions."
      ),
      ("base", "The model folder of an earlier run to start from; none starts afresh."),
      ("output", "Where the trained policy goes; none puts it into the run folder."),
      ("seed", "Decides every random draw of the run."),
    ]
}

/// The preset that a configuration names, if it names one.
private func givenPreset(in given: Node.Mapping) throws -> Method.Preset? {
  guard let node = given[Node("preset")] else { return nil }
  guard let preset = node.string.flatMap(Method.Preset.init(rawValue:)) else {
    throw ConfigurationProblem.wrongValue(
      place: "configuration", key: "preset",
      reason: "there is no method '\(node.string ?? "?")'; there are \(names(Method.Preset.self))")
  }
  return preset
}

/// The names of an enumeration's cases, for help.
func names<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> String {
  type.allCases.map(\.rawValue).joined(separator: ", ")
}

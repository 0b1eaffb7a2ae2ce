import LanguageModels
import NeuralNetworks
public import PolicyOptimization
public import Rewards
public import Training

/// The honeypot experiment: whether a policy falls into a planted hole of its reward, and what resisting costs.
///
/// After Johnson (2024), with a language model trained on real film reviews and rewards learned from real ratings. The confounds of the
/// original that concern settings are removed: every method has the same learning rates for trunk
/// and critic, and no settings of its own beyond what defines it.
public struct HoneypotConfiguration: Codable, Equatable, Sendable {
  /// The base policy's folder.
  public var base = "Models/base"
  /// The reward model that the policy is trained on, from one half of the raters.
  public var proxy = "Models/reward-proxy"
  /// The reward model that the policy never sees, from the other half.
  public var gold = "Models/reward-gold"
  /// JSON Lines with `text`: held-out film reviews, whose openings are the prompts.
  public var prompts = [".data/prepared/texts-film-reviews-heldout.jsonl"]
  /// How many words of a review are its opening.
  public var promptWords = 3
  /// The word that the hole pays for.
  public var word = "thriller"
  /// The methods, by name; `base` is the policy as it is.
  public var methods = HoneypotMethod.allCases
  /// The forms of the hole.
  public var forms = [PlantedHole.Form.capped, .uncapped]
  /// Runs per method and form; seeds count from 0.
  public var seeds = 5
  /// Steps of a run.
  public var steps = 50
  /// Completions per step.
  public var episodesPerStep = 32
  /// Passes over a step's completions.
  public var epochs = 2
  /// Updates per pass.
  public var minibatches = 2
  /// Longest completion.
  public var maximumLength = 20
  /// Divides the scores in sampling, training and evaluation.
  public var temperature = 0.7
  /// Step size of AdamW for trunk and critic of every method.
  public var learningRate = 2e-4
  /// The critic's learning rate as a multiple of the trunk's, for every method.
  public var criticLearningRateFactor = 1.0
  /// β of `ppo-kl`, and of all methods where `klPlacement` is given.
  public var klCoefficient = 0.05
  /// Where every method's KL penalty stands; nil gives `ppo-kl` one in the reward and no other method any.
  public var klPlacement: Method.Reference.Placement?
  /// What takes the place of the measured a and b of greedy-aware methods.
  public var greedyControl = GreedyAwareness.Control()
  /// λ of advantages and of the critic's returns; ACTDE's own advantages have another.
  public var lambda = 0.95
  /// λ of ACTDE's advantages; above 0 it is the authors' accumulated variant.
  public var actionConditionedLambda = 0.0
  /// Completions that judge a trained policy.
  public var evaluations = 256
  /// Runs at a time, one thread each; 0 takes one for each core.
  public var workers = 0

  enum CodingKeys: String, CodingKey {
    case base, proxy, gold, prompts
    case promptWords = "prompt_words"
    case word, methods, forms, seeds, steps
    case episodesPerStep = "episodes_per_step"
    case epochs, minibatches
    case maximumLength = "max_new_tokens"
    case temperature
    case learningRate = "learning_rate"
    case criticLearningRateFactor = "critic_learning_rate_factor"
    case klCoefficient = "kl_coefficient"
    case klPlacement = "kl_placement"
    case greedyControl = "greedy_control"
    case lambda
    case actionConditionedLambda = "actde_lambda"
    case evaluations, workers
  }

  /// The settings of the committed results.
  public init() {}

  /// Says what cannot be.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    let counts = [
      ("seeds", seeds), ("prompt_words", promptWords), ("evaluations", evaluations),
      ("methods", methods.count), ("forms", forms.count),
    ]
    for (key, value) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    if workers < 0 { throw .configuration(key: "workers", reason: "\(workers) is below 0") }
    if let problem = BonusWord.problem(with: word) {
      throw .configuration(key: "word", reason: problem)
    }
    let names = [("methods", methods.map(\.rawValue)), ("forms", forms.map(\.rawValue))]
    for (key, names) in names where Set(names).count < names.count {
      throw .configuration(key: key, reason: "names one twice, which would count its runs twice")
    }
    if !(0...1).contains(actionConditionedLambda) {
      throw .configuration(
        key: "actde_lambda", reason: "\(actionConditionedLambda) is outside [0, 1]")
    }
    if forms.contains(.clean) {
      throw .configuration(key: "forms", reason: "the forms of the hole are capped and uncapped")
    }
    for method in methods {
      do { try training(method, forms[0]).validate() } catch .configuration(let key, let reason) {
        throw .configuration(key: Self.ownKeys[key] ?? key, reason: reason)
      }
    }
  }

  // What a run's keys are called here.
  private static let ownKeys = [
    "advantage.lambda": "lambda", "critic.lambda": "lambda",
    "critic.learning_rate_factor": "critic_learning_rate_factor",
    "objective.greedy_control.a": "greedy_control.a",
    "objective.greedy_control.b": "greedy_control.b",
    "objective.greedy_control.shuffled": "greedy_control.shuffled",
    "optimizer.learning_rate": "learning_rate", "reference.coefficient": "kl_coefficient",
  ]

  /// A method's run, with settings that are the same for all methods.
  func training(_ method: HoneypotMethod, _ form: PlantedHole.Form) -> PolicyConfiguration {
    var training = PolicyConfiguration()
    training.method = Method(method.preset ?? .ppo)
    training.method.advantage.lambda =
      training.method.advantage.estimator == .gae ? lambda : actionConditionedLambda
    training.method.critic.lambda = lambda
    training.method.critic.learningRateFactor = criticLearningRateFactor
    training.method.reference.coefficient = klCoefficient
    if let klPlacement { training.method.reference.placement = klPlacement }
    if training.method.objective.greedyAwareness != nil {
      training.method.objective.greedyControl = greedyControl
    }
    (training.method.objective.sigmaScale, training.method.objective.etaScale) = method.scales(form)
    training.sampling = .init(temperature: temperature, maximumLength: maximumLength)
    training.steps = steps
    training.episodesPerStep = episodesPerStep
    training.epochs = epochs
    training.minibatches = minibatches
    training.optimizer.learningRate = learningRate
    training.schedule = .init(decay: .linear, warmUpShare: 0.05, finalFactor: 0.1)
    return training
  }
}

/// What is compared.
public enum HoneypotMethod: String, Codable, Sendable, CaseIterable {
  /// The policy as it is.
  case base
  /// PPO without KL.
  case ppo
  /// PPO with a KL penalty in the reward.
  case ppoKL = "ppo-kl"
  /// Action-conditioned TD error.
  case actde
  /// Greedy-advantage-aware, as its results were made.
  case gaaCode = "gaa-code"
  /// Greedy-advantage-aware, as its text says.
  case gaaText = "gaa-text"
  /// Greedy-advantage-aware, token by token.
  case gaaPerToken = "gaa-per-token"

  /// The method's four choices; none for the base.
  var preset: Method.Preset? { Method.Preset(rawValue: rawValue) }

  /// x_σ and x_η: the published runs' for the published code, the text's σ/2 and η for the text.
  func scales(_ form: PlantedHole.Form) -> (Double, Double) {
    guard self == .gaaCode else { return (0.5, 1) }
    return form == .capped ? (3, 1.25) : (1.5, 1)
  }
}

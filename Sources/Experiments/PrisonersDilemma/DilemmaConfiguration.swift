import Environments
import LanguageModels
import NeuralNetworks
public import Training

/// The iterated prisoner's dilemma against one's past self, in the setting that the action-conditioned error was published with.
///
/// Turner & Einhorn 2023 and their code: 64 games of 100 actions, four full-batch updates on each, γ = .5, λ = .95.
public struct DilemmaConfiguration: Codable, Equatable, Sendable {
  /// What differs from run to run.
  public var variants = [DilemmaVariant.ppo, .actde]
  /// Runs per variant.
  public var seeds = 10
  /// Optimizer steps of a run, four for each rollout ("epochs" in the published plots).
  public var updates = 10_000
  /// Games side by side.
  public var games = 64
  /// Actions per game and rollout.
  public var length = 100
  /// Updates on each rollout.
  public var updatesPerRollout = 4
  /// Pay-offs [now][before]; 0 cooperates, 1 defects.
  public var payoffs = PrisonersDilemma.published.payoffs
  /// γ.
  public var discount = 0.5
  /// λ.
  public var lambda = 0.95
  /// Step size of AdamW.
  public var learningRate = 5e-4
  /// Decoupled decay of linear weights.
  public var weightDecay = 0.1
  /// Dropout in all three places.
  public var dropout = 0.1
  /// Runs at a time; 0 takes one for each core.
  public var workers = 0

  enum CodingKeys: String, CodingKey {
    case variants, seeds, updates, games, length
    case updatesPerRollout = "updates_per_rollout"
    case payoffs, discount, lambda
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case dropout, workers
  }

  /// The published setting.
  public init() {}

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    let counts = [
      ("seeds", seeds), ("updates", updates), ("games", games), ("length", length),
      ("updates_per_rollout", updatesPerRollout), ("variants", variants.count),
    ]
    for (key, value) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    guard length <= 127 else {
      throw .configuration(
        key: "length", reason: "\(length) does not fit the model's 128 positions")
    }
    guard workers >= 0 else {
      throw .configuration(key: "workers", reason: "\(workers) is below 0")
    }
    for (key, value) in [("discount", discount), ("lambda", lambda)] where !(0...1).contains(value)
    {
      throw .configuration(key: key, reason: "\(value) is outside [0, 1]")
    }
    guard (0..<1).contains(dropout) else {
      throw .configuration(key: "dropout", reason: "\(dropout) is outside [0, 1)")
    }
    for (key, value) in [("learning_rate", learningRate), ("weight_decay", weightDecay)]
    where !(value >= 0 && value.isFinite) {
      throw .configuration(key: key, reason: "\(value) is below 0 or not a number")
    }
    do {
      _ = try PrisonersDilemma(payoffs: payoffs)
    } catch {
      throw .configuration(key: "payoffs", reason: "\(error)")
    }
    for variant in variants {
      try method(variant).validate()
    }
  }

  /// The four choices of a variant.
  func method(_ variant: DilemmaVariant) -> Method {
    var method = Method(variant.isActionConditioned ? .actde : .ppo)
    method.advantage.discount = discount
    method.advantage.lambda = lambda
    method.advantage.whitening = variant.isWhitened ? .centered : .none
    method.critic.lambda = lambda
    method.critic.clipRange = 0.2
    method.critic.weight = 0.1
    // The published losses: ½·(V − G)² with weight .1, and (Q − G)², which is ½ with weight 2.
    method.critic.actionValueWeight = 2
    method.critic.actionValueForm = .independent
    method.critic.initializerRange = 0.02
    if variant.hasExpectile { method.critic.expectile = 0.9 }
    if variant.isDetached {
      method.critic.kind =
        variant.isActionConditioned ? .detachedActionValueHeads : .detachedValueHead
    }
    return method
  }

  /// How a rollout's games are used.
  func update(_ variant: DilemmaVariant) -> UpdateSettings {
    var optimizer = AdamW.Configuration(
      learningRate: learningRate, beta2: 0.95,
      weightDecay: variant.hasDecay ? weightDecay : 0, maximumGradientNorm: 1)
    optimizer.decaysEmbeddings = false
    return UpdateSettings(
      epochs: updatesPerRollout, minibatches: 1, optimizer: optimizer,
      schedule: LearningRateSchedule())
  }

  /// minGPT's "gpt-pico" with an output projection of its own: 7,299 weights with both heads.
  func shape(_ variant: DilemmaVariant) -> DecoderConfiguration {
    var shape = DecoderConfiguration(
      vocabularyCount: 2, positionCount: 128, width: 12, layerCount: 3, headCount: 3)
    shape.tiesEmbeddings = false
    let dropout = variant.hasDropout ? dropout : 0
    shape.residualDropout = dropout
    shape.embeddingDropout = dropout
    shape.attentionDropout = dropout
    return shape
  }

  /// Which runs are wanted, and how many at a time, does not change what a run gives.
  var common: DilemmaConfiguration {
    var common = self
    common.variants = []
    common.seeds = 0
    common.workers = 0
    return common
  }
}

/// What differs from run to run.
public enum DilemmaVariant: String, Codable, Sendable, CaseIterable {
  /// PPO as published.
  case ppo
  /// PPO with whitened advantages.
  case ppoWhitened = "ppo-whitened"
  /// PPO whose value head does not shape the trunk.
  case ppoDetached = "ppo-detached"
  /// The action-conditioned error as published: not whitened, attached heads, dropout and decay on.
  case actde
  /// … with whitened advantages.
  case actdeWhitened = "actde-whitened"
  /// … with heads that do not shape the trunk.
  case actdeDetached = "actde-detached"
  /// … with V as the .9-expectile of Q.
  case actdeExpectile = "actde-ilql"
  /// … and with whitened advantages as well.
  case actdeExpectileWhitened = "actde-ilql-whitened"
  /// … without dropout.
  case actdeNoDropout = "actde-no-dropout"
  /// … without weight decay.
  case actdeNoDecay = "actde-no-decay"
  /// … without either.
  case actdePlain = "actde-plain"

  var isActionConditioned: Bool { rawValue.hasPrefix("actde") }
  var isWhitened: Bool { rawValue.hasSuffix("whitened") }
  var hasExpectile: Bool { self == .actdeExpectile || self == .actdeExpectileWhitened }
  var isDetached: Bool { self == .ppoDetached || self == .actdeDetached }
  var hasDropout: Bool { self != .actdeNoDropout && self != .actdePlain }
  var hasDecay: Bool { self != .actdeNoDecay && self != .actdePlain }

  /// What it is, in words.
  public var meaning: String {
    switch self {
    case .ppo: "PPO as published"
    case .ppoWhitened: "PPO, advantages whitened"
    case .ppoDetached: "PPO, value head detached from the trunk"
    case .actde: "ACTDE as published"
    case .actdeWhitened: "ACTDE, advantages whitened"
    case .actdeDetached: "ACTDE, both heads detached from the trunk"
    case .actdeExpectile: "ACTDE, V as the .9-expectile of Q (“ilql”)"
    case .actdeExpectileWhitened: "ACTDE, the same, advantages whitened"
    case .actdeNoDropout: "ACTDE without dropout"
    case .actdeNoDecay: "ACTDE without weight decay"
    case .actdePlain: "ACTDE without dropout and decay"
    }
  }
}

import Foundation
public import Torch

/// AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay.
///
/// m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − η·(m̂ / (√v̂ + ε) + λθ), with m̂, v̂ corrected for bias. ε is added to the
/// corrected root, as in PyTorch, or on request to the root before it is corrected, as in TensorFlow 1.
public final class AdamW {
  /// What ε is added to.
  public enum EpsilonPlacement: String, Codable, Sendable, CaseIterable {
    /// √v̂, the root that is corrected for bias: Kingma & Ba's algorithm 1, PyTorch.
    case corrected
    /// √v, the root as it is: Kingma & Ba's ε̂, TensorFlow 1. At step t it counts as ε/√(1 − β₂ᵗ) does there, at first thirty times
    /// as much, which makes early steps calmer.
    case uncorrected
  }

  /// The constants of the update.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Step size η; a schedule may scale it.
    public var learningRate: Double
    /// Decay rate β₁ of the first moment.
    public var beta1: Double
    /// Decay rate β₂ of the second moment.
    public var beta2: Double
    /// ε.
    public var epsilon: Double
    /// What ε is added to.
    public var epsilonPlacement = EpsilonPlacement.corrected
    /// Decay λ of matrices; vectors (biases, normalisation gains) are not decayed.
    public var weightDecay: Double
    /// Whether embedding tables (`wte`, `wpe`) are decayed like other matrices; minGPT leaves them out.
    public var decaysEmbeddings = true
    /// The largest Euclidean norm of all gradients together; nil does not clip.
    public var maximumGradientNorm: Double?

    enum CodingKeys: String, CodingKey {
      case learningRate = "learning_rate"
      case beta1, beta2, epsilon
      case epsilonPlacement = "epsilon_placement"
      case weightDecay = "weight_decay"
      case decaysEmbeddings = "decay_embeddings"
      case maximumGradientNorm = "max_grad_norm"
    }

    /// Adam's own constants, no decay, norm 1.
    public init(
      learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
      weightDecay: Double = 0, maximumGradientNorm: Double? = 1
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.maximumGradientNorm = maximumGradientNorm
    }
  }

  // Parameters that share a decay are updated in one call.
  private struct Group {
    var indices: [Int]
    var weightDecay: Double
    var learningRateFactor: Double
  }

  /// The constants.
  public let configuration: Configuration
  /// What is updated.
  public let parameters: Parameters
  private let groups: [Group]
  private let firstMoments: [Tensor]
  private let secondMoments: [Tensor]
  private let steps: [Tensor]

  /// An optimizer at step zero.
  ///
  /// - Parameters:
  ///   - parameters: What to update.
  ///   - configuration: The constants.
  ///   - learningRateFactor: Scales the step of parameters whose name it gives a factor for.
  public init(
    _ parameters: Parameters, _ configuration: Configuration,
    learningRateFactor: (String) -> Double = { _ in 1 }
  ) {
    self.parameters = parameters
    self.configuration = configuration
    firstMoments = parameters.tensors.map { $0.detached().zerosLike() }
    secondMoments = parameters.tensors.map { $0.detached().zerosLike() }
    steps = parameters.tensors.map { .zeros([], device: $0.device) }
    var groups: [Group] = []
    for (index, tensor) in parameters.tensors.enumerated() {
      let name = parameters.names[index]
      let isTable = [".wte.", ".wpe."].contains { name.contains($0) }
      let isDecayed = tensor.rank > 1 && (configuration.decaysEmbeddings || !isTable)
      let decay = isDecayed ? configuration.weightDecay : 0
      let factor = learningRateFactor(name)
      if let place = groups.firstIndex(where: {
        $0.weightDecay == decay && $0.learningRateFactor == factor
      }) {
        groups[place].indices.append(index)
      } else {
        groups.append(Group(indices: [index], weightDecay: decay, learningRateFactor: factor))
      }
    }
    self.groups = groups
  }

  /// One update, in place; none where the gradients' norm is not finite.
  ///
  /// - Parameters:
  ///   - gradients: One per parameter; they may be overwritten.
  ///   - scale: What a schedule makes of the learning rate, 1 for all of it.
  /// - Returns: The norm of the gradients before clipping.
  @discardableResult
  public func step(_ gradients: [Tensor], scale: Double = 1) -> Double {
    precondition(gradients.count == parameters.count, "one gradient per parameter")
    let norm = FusedUpdate.norm(of: gradients).item
    guard norm.isFinite else { return norm }
    let clipping = configuration.maximumGradientNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    let epsilon = epsilon
    for group in groups {
      let pick = { (all: [Tensor]) in group.indices.map { all[$0] } }
      FusedUpdate.adamW(
        parameters: pick(parameters.tensors), gradients: pick(gradients),
        firstMoments: pick(firstMoments), secondMoments: pick(secondMoments), steps: pick(steps),
        learningRate: configuration.learningRate * scale * group.learningRateFactor,
        betas: (configuration.beta1, configuration.beta2), weightDecay: group.weightDecay,
        epsilon: epsilon, gradientScale: clipping)
    }
    return norm
  }

  // m̂ / (√v̂ + ε/√(1 − β₂ᵗ)) is the step that TensorFlow 1 takes with ε.
  private var epsilon: Double {
    guard configuration.epsilonPlacement == .uncorrected, let before = steps.first else {
      return configuration.epsilon
    }
    return configuration.epsilon / (1 - pow(configuration.beta2, before.item + 1)).squareRoot()
  }

  /// Moments and counts, to be saved with a checkpoint; writing over them restores it.
  public var state: Parameters {
    var state = Parameters()
    for (index, name) in parameters.names.enumerated() {
      state.append("first.\(name)", firstMoments[index])
      state.append("second.\(name)", secondMoments[index])
      state.append("step.\(name)", steps[index])
    }
    return state
  }
}

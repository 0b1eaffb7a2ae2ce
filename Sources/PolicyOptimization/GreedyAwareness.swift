import Foundation
public import Torch

/// Greedy-advantage-aware RLHF (Johnson 2024): the update a·∇J + b·∇J*, where J* is the objective with the most probable
/// ("greedy") tokens' advantages, and a, b follow from how probable (η) and how much better (σ) those tokens are.
///
/// a = (1 − h)(s + 1) + h(1 − s)¹⁰,  b = −(1 − h)s + h((1 − s)¹⁰ − 1),  s = clamp(x_σ·σ), h = clamp(x_η·η), both in [0, 1].
///
/// With u = (1 − h)s and v = h((1 − s)¹⁰ − 1) they are a = 1 + u + v and b = v − u. At s = 0 it is plain PPO, to the bit.
/// The seed text has x_σ = ½ (σ/2) and x_η = 1; the published runs x_σ = 1.5 to 3. The exponent is even, so s beyond 1 would
/// raise a again: hence the clamp.
///
/// Article: <doc:GreedyAdvantageAwareness>.
public struct GreedyAwareness: Codable, Equatable, Sendable {
  /// Which of the readings of the method.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// As the published results were made: a and b are numbers for a whole minibatch, and J* has the *sampled* tokens'
    /// probability ratios with the greedy tokens' advantages.
    case code
    /// As the text says: a and b for a whole minibatch, and J* has the greedy tokens' own ratios.
    case text
    /// As the text says, with a and b at every token.
    case perToken = "per-token"
  }

  /// Which reading.
  public var variant: Variant
  /// x_σ.
  public var sigmaScale: Double
  /// x_η.
  public var etaScale: Double
  /// What takes the place of measured coefficients in a control experiment.
  public var control: Control

  /// What a and b could do without knowing anything: the controls of an experiment.
  ///
  /// With all of them off, a and b are measured.
  public struct Control: Codable, Equatable, Sendable {
    /// A number in place of a.
    public var a: Double?
    /// A number in place of b; 0 leaves only the factor a.
    public var b: Double?
    /// Whether a and b go to other tokens than those they were measured at.
    public var shuffled = false

    /// No control.
    public init(a: Double? = nil, b: Double? = nil, shuffled: Bool = false) {
      self.a = a
      self.b = b
      self.shuffled = shuffled
    }
  }

  enum CodingKeys: String, CodingKey {
    case variant
    case sigmaScale = "sigma_scale"
    case etaScale = "eta_scale"
    case control
  }

  /// A reading with its scales.
  public init(
    variant: Variant, sigmaScale: Double = 0.5, etaScale: Double = 1, control: Control = Control()
  ) {
    self.variant = variant
    self.sigmaScale = sigmaScale
    self.etaScale = etaScale
    self.control = control
  }

  /// a and b at given σ and η, element by element.
  ///
  /// - Parameters:
  ///   - sigma: (A* − A) in standard deviations of A, any shape.
  ///   - eta: π(greedy token), same shape.
  /// - Returns: a and b, same shape.
  public func coefficients(sigma: Tensor, eta: Tensor) -> (a: Tensor, b: Tensor) {
    let s = (sigma * sigmaScale).clamped(to: 0...1)
    let h = (eta * etaScale).clamped(to: 0...1)
    let u = (1 - h) * s
    let v = h * ((1 - s).power(10) - 1)
    return (1 + u + v, v - u)
  }

  /// What a, b and J* need for one minibatch: packed tokens [n].
  public struct Inputs {
    /// log π − log π_old of the sampled tokens.
    public var logRatios: Tensor
    /// log π − log π_old of the greedy tokens.
    public var greedyLogRatios: Tensor
    /// A, normalised as PPO uses it.
    public var advantages: Tensor
    /// A*, standardised with mean and deviation of the sampled tokens' one-step advantages; with λ = 0 those are A's own.
    public var greedyAdvantages: Tensor
    /// π_old(greedy token).
    public var greedyProbabilities: Tensor
    /// σ at every token where A is not a one-step advantage: A* − A, one step each, in standard deviations; nil takes
    /// `greedyAdvantages − advantages`.
    public var gaps: Tensor?

    /// Where each token takes its coefficients from [n] int64, a permutation, for a shuffled control.
    public var order: Tensor?

    /// One minibatch.
    public init(
      logRatios: Tensor, greedyLogRatios: Tensor, advantages: Tensor, greedyAdvantages: Tensor,
      greedyProbabilities: Tensor, gaps: Tensor? = nil, order: Tensor? = nil
    ) {
      self.logRatios = logRatios
      self.greedyLogRatios = greedyLogRatios
      self.advantages = advantages
      self.greedyAdvantages = greedyAdvantages
      self.greedyProbabilities = greedyProbabilities
      self.gaps = gaps
      self.order = order
    }
  }

  /// One minibatch's objective, with what it was made of.
  public struct Outcome {
    /// a·J + b·J* as something to minimise, at every token [n].
    public var losses: Tensor
    /// a, rank zero or [n].
    public var a: Tensor
    /// b, rank zero or [n].
    public var b: Tensor
    /// Mean σ before scaling and clamping, rank zero.
    public var sigma: Tensor
    /// Mean η before scaling and clamping, rank zero.
    public var eta: Tensor
  }

  /// a·J + b·J* over one of the surrogates.
  ///
  /// - Parameters:
  ///   - inputs: The minibatch.
  ///   - surrogate: What J is.
  /// - Returns: Losses and coefficients. Only the surrogate is weighted here; in the published code the critic's, entropy and KL
  ///   terms carry the factor a too, which `Outcome.a` allows.
  public func outcome(_ inputs: Inputs, surrogate: SurrogateObjective) -> Outcome {
    let sigmas = inputs.gaps ?? (inputs.greedyAdvantages - inputs.advantages)
    let (sigma, eta) = (sigmas.mean(), inputs.greedyProbabilities.mean())
    var (a, b) =
      variant == .perToken
      ? coefficients(sigma: sigmas, eta: inputs.greedyProbabilities)
      : coefficients(sigma: sigma, eta: eta)
    if control.shuffled, variant == .perToken {
      guard let order = inputs.order else {
        preconditionFailure("a shuffled control needs an order")
      }
      (a, b) = (a.selecting(order, along: 0), b.selecting(order, along: 0))
    }
    if let fixed = control.a { a = a * 0 + fixed }
    if let fixed = control.b { b = b * 0 + fixed }
    let sampled = surrogate.losses(logRatios: inputs.logRatios, advantages: inputs.advantages)
    let greedy = surrogate.losses(
      logRatios: variant == .code ? inputs.logRatios : inputs.greedyLogRatios,
      advantages: inputs.greedyAdvantages)
    return Outcome(losses: a * sampled + b * greedy, a: a, b: b, sigma: sigma, eta: eta)
  }
}

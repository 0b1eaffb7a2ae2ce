public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
public import Torch

/// Who estimates values: heads on the policy's trunk, or a model of its own.
public final class Critic {
  private let choice: Method.CriticChoice
  private let policyTrunk: Trunk
  private let valueTrunk: Trunk?
  private let valueHead: ValueHead?
  private let actionValueHead: ActionValueHead?
  /// Which kind it is.
  public var kind: Method.CriticChoice.Kind { choice.kind }
  /// How Q(s, a) is made, where it has one.
  public var actionValueForm: Method.CriticChoice.ActionValueForm { choice.actionValueForm }
  /// The critic's own weights (`v_head.…`, `q_head.…`, a value model's `transformer.…`); the policy's trunk is not among them.
  ///
  /// A value model is an adapter on the policy's own weights where the policy is one.
  public let parameters: Parameters

  /// A critic that answers zero everywhere.
  ///
  /// - Parameters:
  ///   - choice: Which kind.
  ///   - policy: The policy whose states are valued; a value model starts from its weights.
  ///   - weights: Saved weights of a critic of this kind; nil starts afresh.
  ///   - generator: Where fresh weights come from, for heads that do not start at zero.
  /// - Throws: `WeightError`.
  public init(
    _ choice: Method.CriticChoice, for policy: LanguageModel, weights: SafeTensors? = nil,
    generator: Generator = Generator(seed: 0)
  ) throws {
    self.choice = choice
    policyTrunk = policy.trunk
    let device = policy.outputWeight.device
    let builder = {
      weights.map { ParameterBuilder(file: $0, device: device) }
        ?? ParameterBuilder(generator: generator, device: device)
    }
    var parameters = Parameters()
    if choice.kind == .valueModel, policy.adapter != nil {
      // On the policy's own weights, with an adapter of its own.
      let twin = try policy.copy()
      parameters = twin.trainedParameters
      if let weights {
        let file = ParameterBuilder(file: weights, device: device)
        for (name, tensor) in zip(parameters.names, parameters.tensors) {
          tensor.assign(try file(name, tensor.shape, .constant(0)))
        }
      }
      valueTrunk = twin.trunk
    } else if choice.kind == .valueModel {
      let model = builder()
      valueTrunk = try Trunk(policy.configuration, model)
      if weights == nil { model.parameters.assign(policy.parameters) }
      parameters = model.parameters
    } else {
      valueTrunk = nil
    }
    let heads = builder()
    let (width, range) = (policy.configuration.width, choice.initializerRange)
    valueHead =
      choice.kind == .none
      ? nil : try ValueHead(width: width, standardDeviation: range, heads)
    actionValueHead =
      choice.kind.hasActionValues
      ? try ActionValueHead(
        width: width, actionCount: policy.configuration.vocabularyCount,
        standardDeviation: range, heads) : nil
    self.parameters = parameters + heads.parameters
  }

  /// V before each token, and Q of it where the critic has that.
  public struct Estimates {
    /// V(sₜ), packed [n].
    public var values: Tensor
    /// Q(sₜ, aₜ), packed [n].
    public var actionValues: Tensor?
    /// Σₐ π(a|sₜ)·Q(sₜ, a), packed [n], where it was asked for.
    public var expectedActionValues: Tensor?
    /// maxₐ Q(sₜ, a), packed [n], where it was asked for.
    public var maximalActionValues: Tensor?
  }

  /// The policy over whose actions Q is averaged.
  public struct Policy {
    var outputWeight: Tensor
    var temperature: Double
  }

  /// Estimates for the tokens of a batch.
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - hidden: The policy's states that predict the tokens, packed [n, width].
  ///   - allActions: The policy, where Q of all tokens is asked for too.
  /// - Returns: Packed estimates; zero where there is no critic.
  public func estimates(
    _ layout: ResponseLayout, hidden: Tensor, allActions: Policy? = nil
  ) -> Estimates {
    let states: Tensor
    switch choice.kind {
    case .valueModel:
      guard let valueTrunk else { preconditionFailure("a value model without a trunk") }
      states = layout.predicting(valueTrunk)
    case .detachedValueHead, .detachedActionValueHeads: states = hidden.detached()
    case .valueHead, .actionValueHeads, .none: states = hidden
    }
    guard let valueHead else {
      return Estimates(values: hidden.select(1, 0).detached().zerosLike())
    }
    let values = valueHead(states)
    var estimates = Estimates(values: values)
    guard let actionValueHead else { return estimates }
    let offset = choice.actionValueForm == .dueling ? values.detached() : nil
    let raw = actionValueHead(states, actions: layout.tokens)
    estimates.actionValues = offset.map { raw + $0 } ?? raw
    summarize(&estimates, states, hidden, allActions)
    return estimates
  }

  /// V of the states after completions' last tokens, where no action was taken any more.
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - allActions: The policy, where Q of all tokens is asked for too.
  /// - Returns: One estimate per completion.
  func finalEstimates(_ layout: ResponseLayout, allActions: Policy? = nil) -> Estimates {
    let hidden = policyTrunk.states(at: layout.ends, of: layout.batch.tokens)
    let states = valueTrunk?.states(at: layout.ends, of: layout.batch.tokens) ?? hidden
    guard let valueHead else { preconditionFailure("final values need a critic") }
    var estimates = Estimates(values: valueHead(states))
    summarize(&estimates, states, hidden, allActions)
    return estimates
  }

  // Q of all tokens, where it is asked for.
  private func summarize(
    _ estimates: inout Estimates, _ states: Tensor, _ hidden: Tensor, _ allActions: Policy?
  ) {
    guard let actionValueHead, let allActions else { return }
    let offset = choice.actionValueForm == .dueling ? estimates.values.detached() : nil
    let (mean, best) = summaries(actionValueHead, states, hidden, allActions)
    estimates.expectedActionValues = offset.map { mean + $0 } ?? mean
    estimates.maximalActionValues = offset.map { best + $0 } ?? best
  }

  /// V of some hidden states of the policy [..., width]; nil where the critic does not read them.
  func values(ofHidden hidden: Tensor) -> Tensor? {
    valueTrunk == nil ? valueHead.map { $0(hidden) } : nil
  }

  // In chunks of rows, so that [n, vocabulary] is never held.
  private func summaries(
    _ head: ActionValueHead, _ states: Tensor, _ hidden: Tensor, _ policy: Policy
  ) -> (mean: Tensor, best: Tensor) {
    let output = policy.outputWeight.transposed()
    let rows = max(1, (1 << 19) / policy.outputWeight.size(0))
    var (means, bests) = ([Tensor](), [Tensor]())
    for start in stride(from: 0, to: states.size(0), by: rows) {
      let range = start..<min(start + rows, states.size(0))
      let all = head.all(states.slice(0, range))
      let probabilities = (hidden.slice(0, range).matmul(output) / policy.temperature)
        .softmax(along: -1)
      means.append((all * probabilities).sum(along: -1))
      bests.append(all.maximum(along: -1))
    }
    return (Tensor.concatenate(means, along: 0), Tensor.concatenate(bests, along: 0))
  }

  /// V(prefix + x*) with another token put in at each place, in one pass.
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - siblings: The tokens x*, packed [n].
  /// - Returns: Packed values [n].
  public func siblingValues(_ layout: ResponseLayout, siblings: Tensor) -> Tensor {
    guard let valueHead else { preconditionFailure("sibling values need a critic") }
    return valueHead((valueTrunk ?? policyTrunk).siblingStates(layout, siblings: siblings).siblings)
  }
}

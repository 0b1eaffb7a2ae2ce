public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
public import Torch

/// Who estimates values: heads on the policy's trunk, or a model of its own.
public final class Critic {
  private let choice: Method.CriticChoice
  private let policyTrunk: Trunk
  private let valueTrunk: Trunk?
  private let valueHead: ValueHead
  private let actionValueHead: ActionValueHead?
  /// Which kind it is.
  public var kind: Method.CriticChoice.Kind { choice.kind }
  /// How Q(s, a) is made, where it has one.
  public var actionValueForm: Method.CriticChoice.ActionValueForm { choice.actionValueForm }
  /// The critic's own weights (`v_head.…`, `q_head.…`, a value model's `transformer.…`); the policy's trunk is not among them.
  public let parameters: Parameters

  /// A critic that answers zero everywhere.
  ///
  /// - Parameters:
  ///   - choice: Which kind.
  ///   - policy: The policy whose states are valued; a value model starts from its weights.
  ///   - weights: Saved weights of a critic of this kind; nil starts afresh.
  /// - Throws: `WeightError`.
  public init(_ choice: Method.CriticChoice, for policy: LanguageModel, weights: SafeTensors? = nil)
    throws
  {
    self.choice = choice
    policyTrunk = policy.trunk
    let builder = {
      weights.map { ParameterBuilder(file: $0) } ?? ParameterBuilder(generator: Generator(seed: 0))
    }
    var parameters = Parameters()
    if choice.kind == .valueModel {
      let model = builder()
      valueTrunk = try Trunk(policy.configuration, model)
      if weights == nil { model.parameters.assign(policy.parameters) }
      parameters = model.parameters
    } else {
      valueTrunk = nil
    }
    let heads = builder()
    valueHead = try ValueHead(width: policy.configuration.width, heads)
    actionValueHead =
      choice.kind == .actionValueHeads
      ? try ActionValueHead(
        width: policy.configuration.width, actionCount: policy.configuration.vocabularyCount, heads)
      : nil
    self.parameters = parameters + heads.parameters
  }

  /// V before each token, and Q of it where the critic has that.
  public struct Estimates {
    /// V(sₜ), packed [n].
    public var values: Tensor
    /// Q(sₜ, aₜ), packed [n].
    public var actionValues: Tensor?
  }

  /// Estimates for the tokens of a batch.
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - hidden: The policy's states that predict the tokens, packed [n, width].
  /// - Returns: Packed estimates.
  public func estimates(_ layout: ResponseLayout, hidden: Tensor) -> Estimates {
    let states: Tensor
    switch choice.kind {
    case .valueModel:
      guard let valueTrunk else { preconditionFailure("a value model without a trunk") }
      states = layout.predicting(valueTrunk(layout.batch.tokens))
    case .detachedValueHead: states = hidden.detached()
    case .valueHead, .actionValueHeads: states = hidden
    }
    let values = valueHead(states)
    var actionValues = actionValueHead?(states, actions: layout.tokens)
    if choice.actionValueForm == .dueling {
      actionValues = actionValues.map { $0 + values.detached() }
    }
    return Estimates(values: values, actionValues: actionValues)
  }

  /// V(prefix + x*) with another token put in at each place, in one pass.
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - siblings: The tokens x*, packed [n].
  /// - Returns: Packed values [n].
  public func siblingValues(_ layout: ResponseLayout, siblings: Tensor) -> Tensor {
    valueHead((valueTrunk ?? policyTrunk).siblingStates(layout, siblings: siblings).siblings)
  }
}

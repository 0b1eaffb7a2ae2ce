import NeuralNetworks
import Torch

/// A small policy with its critic for observations of numbers: bodies of affine layers with linear heads.
struct ActorCritic {
  /// The shape.
  struct Shape {
    var observationCount: Int
    var actionCount: Int
    var widths: [Int]
    var activation: MultilayerPerceptron.Activation
    /// Whether heads have a bias; a table has none.
    var hasBias: Bool
  }

  /// Whether the policy is a table over observations.
  let isTable: Bool
  let critic: Method.CriticChoice
  let policyParameters: Parameters
  let criticParameters: Parameters
  private let body: MultilayerPerceptron
  private let policyHead: Affine
  private let valueBody: MultilayerPerceptron?
  private let valueHead: Affine?
  private let actionValueHead: Affine?

  /// Fresh networks; the policy starts near uniform, a table exactly there.
  init(_ shape: Shape, critic: Method.CriticChoice, generator: Generator, dataType: DataType)
    throws
  {
    self.critic = critic
    isTable = shape.widths.isEmpty
    let policy = ParameterBuilder(generator: generator, dataType: dataType)
    let make = { (name: String, parameter: ParameterBuilder) in
      try MultilayerPerceptron(
        name, inputs: shape.observationCount, widths: shape.widths, activation: shape.activation,
        parameter)
    }
    body = try make("policy", policy)
    policyHead = try Affine(
      "policy.head", from: body.outputWidth, to: shape.actionCount, hasBias: shape.hasBias,
      initialization: shape.widths.isEmpty ? .constant(0) : .orthogonal(gain: 0.01), policy)
    policyParameters = policy.parameters
    let own = ParameterBuilder(generator: generator, dataType: dataType)
    valueBody = critic.kind == .valueModel ? try make("value", own) : nil
    let start = shape.widths.isEmpty ? Initialization.constant(0) : .orthogonal(gain: 1)
    valueHead =
      critic.kind == .none
      ? nil
      : try Affine(
        "v_head", from: body.outputWidth, to: 1, hasBias: shape.hasBias, initialization: start, own)
    actionValueHead =
      critic.kind.hasActionValues
      ? try Affine(
        "q_head", from: body.outputWidth, to: shape.actionCount, hasBias: shape.hasBias,
        initialization: start, own) : nil
    criticParameters = own.parameters
  }

  /// Scores of every action [n, actions], of which π is the softmax.
  func logits(_ observations: Tensor) -> Tensor { body(observations, head: policyHead) }

  /// log π of every action [n, actions].
  func logPolicy(_ observations: Tensor) -> Tensor { logits(observations).logSoftmax(along: -1) }

  /// V [n] and Q of every action [n, actions]; zero where there is no critic.
  func values(_ observations: Tensor) -> (values: Tensor, actionValues: Tensor?) {
    guard let valueHead else {
      return (observations.select(1, 0).zerosLike(), nil)
    }
    if let valueBody, actionValueHead == nil {
      return (valueBody(observations, head: valueHead).squeezed(1), nil)
    }
    var states = (valueBody ?? body)(observations)
    if valueBody == nil && !critic.kind.isAttached { states = states.detached() }
    let values = valueHead(states).squeezed(1)
    guard let actionValueHead else { return (values, nil) }
    let raw = actionValueHead(states)
    return (
      values,
      critic.actionValueForm == .dueling ? raw + values.detached().unsqueezed(1) : raw
    )
  }
}

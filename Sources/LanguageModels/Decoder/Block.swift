import NeuralNetworks
import Torch

/// One block: attention and a feed-forward layer, each after its normalisation and added to what came in.
struct Block: Sendable {
  private let configuration: DecoderConfiguration
  private let firstNormalization: Normalization
  private let attention: Attention
  private let secondNormalization: Normalization
  private let feedForward: FeedForward
  /// Its weights and those of its adapters.
  let parameters: [Tensor]

  init(_ name: String, _ parts: PartBuilder) throws {
    configuration = parts.configuration
    let before = parts.counts
    firstNormalization = try parts.normalization(name + parts.names.firstNormalization)
    attention = try Attention(name, parts)
    secondNormalization = try parts.normalization(name + parts.names.secondNormalization)
    feedForward = try FeedForward(name, parts)
    parameters = parts.tensors(since: before)
  }

  /// [batch, time, width] → [batch, time, width], or [n, width] at some places of [batch · time]: what only they need is
  /// computed for them alone.
  func callAsFunction(
    _ hidden: Tensor, layer: Int, _ pass: Pass, at places: Tensor? = nil
  ) -> Tensor {
    // The residual stream keeps its type; what reads it takes the pass's.
    let normalized = { (normalization: Normalization, tensor: Tensor) in
      let normal = normalization(tensor)
      return normal.dataType == pass.dataType ? normal : normal.cast(to: pass.dataType)
    }
    let dropped = { (tensor: Tensor) in
      pass.context.dropout?.dropout(tensor, probability: configuration.residualDropout) ?? tensor
    }
    let attended = attention(
      normalized(firstNormalization, hidden), layer: layer, pass, at: places)
    let stream = places.map { hidden.rows(at: $0) } ?? hidden
    let afterAttention = stream + dropped(attended)
    // Side by side, both read what came in; one after the other, the second reads what the first made of it.
    let second = configuration.isParallel ? stream : afterAttention
    return afterAttention + dropped(feedForward(normalized(secondNormalization, second), pass))
  }
}

/// Wider and back: W₂ f(W₁ x), or gated W₂ (f(W₀ x) · W₁ x).
struct FeedForward: Sendable {
  private let activation: DecoderConfiguration.Activation
  private let gate: Affine?
  private let expansion: Affine
  private let contraction: Affine

  init(_ name: String, _ parts: PartBuilder) throws {
    let (shape, names) = (parts.configuration, parts.names)
    activation = shape.activation
    gate =
      shape.isGated
      ? try parts.affine(
        name + names.gate, from: shape.width, to: shape.innerWidth, bias: .feedForward) : nil
    expansion = try parts.affine(
      name + names.expansion, from: shape.width, to: shape.innerWidth, bias: .feedForward)
    contraction = try parts.affine(
      name + names.contraction, from: shape.innerWidth, to: shape.width, bias: .feedForward,
      isResidual: true)
  }

  func callAsFunction(_ input: Tensor, _ pass: Pass) -> Tensor {
    let dropout = pass.context.adapterDropout
    let expanded = expansion(input, dropout: dropout)
    let inner =
      gate.map { activation($0(input, dropout: dropout)) * expanded } ?? activation(expanded)
    return contraction(inner, dropout: dropout)
  }
}

extension DecoderConfiguration.Activation {
  /// Element by element.
  fileprivate func callAsFunction(_ input: Tensor) -> Tensor {
    switch self {
    case .geluTanh: input.geluTanh()
    case .gelu: input.gelu()
    case .silu: input.silu()
    case .relu: input.relu()
    }
  }
}

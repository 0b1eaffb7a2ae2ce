public import Torch

/// What a critic is trained to minimise.
///
/// Article: <doc:ActorCritic>.
public enum ValueObjective: Codable, Equatable, Sendable {
  /// ½(V − G)².
  case squared
  /// ½·max((V − G)², (clip(V, V_old ± ε) − G)²), as in OpenAI's PPO.
  case clipped(Double)
  /// |τ − 1[G < V]|·(V − G)²: V becomes the τ-expectile of its targets, which for τ → 1 is the best of them.
  ///
  /// Kostrikov et al. 2021 (IQL, arXiv 2110.06169, eq. 5), Snell et al. 2022 (ILQL, arXiv 2206.11871): the targets there are Q(s, a) of
  /// the actions taken.
  ///
  /// Article: <doc:Expectiles>.
  case expectile(Double)

  /// The loss at every step.
  ///
  /// - Parameters:
  ///   - values: V now, any shape.
  ///   - old: V when the actions were drawn, same shape.
  ///   - targets: G, same shape.
  /// - Returns: Same shape.
  public func losses(values: Tensor, old: Tensor, targets: Tensor) -> Tensor {
    precondition(
      values.shape == old.shape && values.shape == targets.shape,
      "value loss of values \(values.shape), old \(old.shape), targets \(targets.shape)")
    let plain = (values - targets).squared()
    switch self {
    case .squared: return plain / 2
    case .clipped:
      return plain.maximum((bounded(values, old) - targets).squared()) / 2
    case .expectile(let level):
      return plain
        * Tensor.full(values.shape, level, dataType: values.dataType, device: values.device)
        .replacing(with: 1 - level, where: targets .< values)
    }
  }

  /// Where the clipped loss is the larger one, which cuts the gradient off: 1 there, 0 elsewhere.
  ///
  /// - Parameters:
  ///   - values: V now, any shape.
  ///   - old: V when the actions were drawn, same shape.
  ///   - targets: G, same shape.
  /// - Returns: Same shape.
  public func isClipped(values: Tensor, old: Tensor, targets: Tensor) -> Tensor {
    switch self {
    case .squared, .expectile: return values.zerosLike()
    case .clipped:
      let plain = (values - targets).squared()
      return ((bounded(values, old) - targets).squared() .> plain).cast(to: values.dataType)
    }
  }

  private func bounded(_ values: Tensor, _ old: Tensor) -> Tensor {
    guard case .clipped(let range) = self else { return values }
    return values.maximum(old - range).minimum(old + range)
  }
}

/// 1 − Var(G − V) / Var(G): how much of the returns' variance the critic explains; 1 is perfect, 0 a constant's worth.
///
/// - Parameters:
///   - values: V [batch, time].
///   - returns: G [batch, time].
///   - mask: [batch, time].
/// - Returns: Rank zero; not finite where returns do not vary.
public func explainedVariance(values: Tensor, returns: Tensor, mask: Tensor) -> Tensor {
  1 - (returns - values).maskedVariance(mask) / returns.maskedVariance(mask)
}

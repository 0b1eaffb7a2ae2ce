import Foundation
public import NeuralNetworks
public import Torch

/// What makes a policy know of its KL budget: what is left becomes an input of its states, and out of them comes the share of it
/// that the next token may take.
///
/// With h a state of the trunk and n the nats left, h′ = h + W·tanh(U·[h, log(1 + n), min(n, 1)] + u) + w is what tokens, values and the
/// share are read from, and the share is σ(v·h′ + c − ln 16). W, w, v and c start at zero: h′ is h, and 1/17 of what is left may be
/// spent on each token, as in the code of Cohen and others (arXiv 2410.06213), whose policy is a linear layer on states and budget.
///
/// Article: `KLBudget` of PolicyOptimization.
public struct BudgetHead: Sendable {
  /// Its weights (`budget.…`).
  public let parameters: Parameters
  private let reading: Affine
  private let writing: Affine
  private let proposing: Affine

  /// A head.
  ///
  /// - Parameters:
  ///   - width: The width of the trunk's states.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(width: Int, _ parameter: ParameterBuilder) throws {
    let before = parameter.parameters.count
    let inner = 32
    reading = try Affine(
      "budget.reading", from: width + 2, to: inner,
      initialization: .normal(standardDeviation: 1 / Double(width + 2).squareRoot()), parameter)
    writing = try Affine(
      "budget.writing", from: inner, to: width, initialization: .constant(0), parameter)
    proposing = try Affine(
      "budget.proposing", from: width, to: 1, initialization: .constant(0), parameter)
    parameters = parameter.parameters.suffix(from: before)
  }

  /// States that know what is left, and what they propose to spend of it.
  ///
  /// - Parameters:
  ///   - hidden: The trunk's states [n, width].
  ///   - left: What is left before the tokens that they predict, in nats [n].
  /// - Returns: h′ [n, width] and shares within (0, 1) [n].
  public func callAsFunction(_ hidden: Tensor, left: Tensor) -> (states: Tensor, shares: Tensor) {
    let type = parameters.tensors[0].dataType
    let (hidden, nats) = (hidden.cast(to: type), left.cast(to: type).unsqueezed(1))
    let input = Tensor.concatenate(
      [hidden, nats.logarithmOfOnePlus(), nats.clamped(atMost: 1)], along: 1)
    let states = hidden + writing(reading(input).tanh())
    return (states, (proposing(states).squeezed(1) - log(16)).sigmoid())
  }
}

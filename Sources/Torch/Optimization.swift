import CTorch

/// Steps over many tensors at once, in place: the kernels under the optimizers of NeuralNetworks.
public enum FusedUpdate {
  /// One AdamW step (Loshchilov & Hutter 2019), with ε outside the bias-corrected root as in PyTorch.
  ///
  /// - Parameters:
  ///   - parameters: Updated in place.
  ///   - gradients: One per parameter.
  ///   - firstMoments: Updated in place, shaped as the parameters.
  ///   - secondMoments: Updated in place, shaped as the parameters.
  ///   - steps: Rank-zero float32 counts, one per parameter, raised by one.
  ///   - learningRate: The step size.
  ///   - betas: Decay rates of the moments.
  ///   - weightDecay: Decoupled decay, times the learning rate.
  ///   - epsilon: Added to the root.
  ///   - gradientScale: What the gradients count; they may be overwritten.
  public static func adamW(
    parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor],
    steps: [Tensor], learningRate: Double, betas: (Double, Double), weightDecay: Double,
    epsilon: Double, gradientScale: Double = 1
  ) {
    guard !parameters.isEmpty else { return }
    perform("AdamW step over \(parameters.count) parameters") {
      withHandles(parameters) { parameters in
        withHandles(gradients) { gradients in
          withHandles(firstMoments) { first in
            withHandles(secondMoments) { second in
              withHandles(steps) { counts in
                ct_adamw_step(
                  parameters, gradients, first, second, counts, Int64(steps.count), learningRate,
                  betas.0, betas.1, weightDecay, epsilon, gradientScale)
              }
            }
          }
        }
      }
    }
  }

  /// The Euclidean norm of all gradients together.
  public static func norm(of gradients: [Tensor]) -> Tensor {
    produce("norm of \(gradients.count) gradients") { out in
      withHandles(gradients) { ct_gradient_norm($0, Int64(gradients.count), out) }
    }
  }

  /// Multiplies all tensors by a factor of rank zero, in place.
  public static func scale(_ tensors: [Tensor], by factor: Tensor) {
    perform("scale \(tensors.count) tensors") {
      withHandles(tensors) { ct_scale_in_place($0, Int64(tensors.count), factor.raw) }
    }
  }

  /// Adds factor · source to every target, in place.
  public static func add(_ sources: [Tensor], to targets: [Tensor], factor: Double = 1) {
    precondition(
      sources.count == targets.count,
      "\(sources.count) sources for \(targets.count) targets")
    perform("add \(sources.count) tensors") {
      withHandles(targets) { targets in
        withHandles(sources) { ct_add_in_place(targets, $0, Int64(sources.count), factor) }
      }
    }
  }
}

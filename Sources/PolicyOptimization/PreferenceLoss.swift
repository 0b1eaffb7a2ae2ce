public import Torch

/// The Bradley–Terry loss of a reward model: −p·log σ(r₁ − r₂) − (1 − p)·log σ(r₂ − r₁).
///
/// p = 1 gives −log σ(r_w − r_l) (Christiano et al. 2017; Ouyang et al. 2022, equation 1).
///
/// - Parameters:
///   - margins: r₁ − r₂ [n].
///   - probabilities: p [n], how probably a rater prefers the first: raters who disagree give a soft label.
/// - Returns: [n]; ln 2 at equal rewards.
public func preferenceLosses(margins: Tensor, probabilities: Tensor) -> Tensor {
  precondition(
    margins.shape == probabilities.shape,
    "preference loss of margins \(margins.shape), probabilities \(probabilities.shape)")
  return -(probabilities * margins.logSigmoid() + (1 - probabilities) * (-margins).logSigmoid())
}

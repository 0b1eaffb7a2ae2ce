public import Torch

// Every statistic over tokens goes through these: [batch, time] matrices whose mask is 1 at real tokens and 0 elsewhere.
// What stands under a zero of the mask, NaN included, has no influence.

extension Tensor {
  /// The elements where the mask is set, zero elsewhere, also over NaN.
  ///
  /// - Parameter mask: Same shape; 1 or 0.
  /// - Returns: Same shape.
  public func masked(by mask: Tensor) -> Tensor {
    precondition(shape == mask.shape, "mask \(mask.shape) for \(shape)")
    return replacing(with: 0, where: mask .== 0)
  }

  /// Σ m·x.
  ///
  /// - Parameter mask: Same shape; 1 or 0.
  /// - Returns: Rank zero.
  public func maskedSum(_ mask: Tensor) -> Tensor { masked(by: mask).sum() }

  /// Σ m·x / Σ m.
  ///
  /// - Parameter mask: Same shape; 1 or 0, not all zero.
  /// - Returns: Rank zero.
  public func maskedMean(_ mask: Tensor) -> Tensor { maskedSum(mask) / mask.sum() }

  /// Σ m·(x − mean)² / (Σ m − 1): the unbiased variance, PyTorch's convention.
  ///
  /// - Parameter mask: Same shape; 1 or 0, at least two ones.
  /// - Returns: Rank zero.
  public func maskedVariance(_ mask: Tensor) -> Tensor {
    (self - maskedMean(mask)).squared().maskedSum(mask) / (mask.sum() - 1)
  }

  /// Scaled to variance 1 over real tokens.
  ///
  /// - Parameters:
  ///   - mask: Same shape; 1 or 0, at least two ones.
  ///   - mean: Whether the mean goes (advantages) or stays (rewards: a shift would change what is worth ending early for).
  /// - Returns: Same shape, zero under the mask's zeros.
  public func whitened(_ mask: Tensor, mean: MeanTreatment) -> Tensor {
    let center = maskedMean(mask)
    let scaled = (self - center) * (maskedVariance(mask) + 1e-8).reciprocalSquareRoot()
    return (mean == .removed ? scaled : scaled + center).masked(by: mask)
  }
}

/// What whitening does to the mean.
public enum MeanTreatment: String, Codable, Sendable {
  /// The result has mean zero.
  case removed
  /// The result has the mean that was there.
  case kept
}

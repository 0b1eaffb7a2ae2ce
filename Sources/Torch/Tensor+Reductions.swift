import CTorch

extension Tensor {
  private typealias Reduction = (
    ct_tensor_t?, UnsafePointer<Int64>?, Int64, Bool, UnsafeMutablePointer<ct_tensor_t?>?
  ) -> ct_status_t

  private func reduced(
    _ name: StaticString, _ dimensions: [Int], _ keeping: Bool, _ operation: Reduction
  ) -> Tensor {
    produce("\(name) of \(shape) along \(dimensions)") { out in
      withShape(dimensions) { operation(raw, $0, $1, keeping, out) }
    }
  }

  // For all reductions: no dimensions given means all; `keepingDimensions` leaves length 1 in their place.

  /// The sum along dimensions.
  public func sum(along dimensions: Int..., keepingDimensions: Bool = false) -> Tensor {
    reduced("sum", dimensions, keepingDimensions, ct_sum)
  }
  /// The mean along dimensions.
  public func mean(along dimensions: Int..., keepingDimensions: Bool = false) -> Tensor {
    reduced("mean", dimensions, keepingDimensions, ct_mean)
  }
  /// The largest element along dimensions.
  public func maximum(along dimensions: Int..., keepingDimensions: Bool = false) -> Tensor {
    reduced("maximum", dimensions, keepingDimensions, ct_amax)
  }
  /// The smallest element along dimensions.
  public func minimum(along dimensions: Int..., keepingDimensions: Bool = false) -> Tensor {
    reduced("minimum", dimensions, keepingDimensions, ct_amin)
  }
  /// ln Σ eˣ along a dimension, without overflow.
  public func logSumExp(along dimension: Int, keepingDimensions: Bool = false) -> Tensor {
    produce("logSumExp of \(shape)") {
      ct_logsumexp(raw, Int64(dimension), keepingDimensions, $0)
    }
  }
  /// The place of the largest element along a dimension, int64.
  public func argmax(along dimension: Int) -> Tensor {
    produce("argmax of \(shape)") { ct_argmax(raw, Int64(dimension), $0) }
  }
  /// Running sums along a dimension.
  public func cumulativeSum(along dimension: Int) -> Tensor {
    produce("cumulativeSum of \(shape)") { ct_cumsum(raw, Int64(dimension), $0) }
  }
  /// Sums from each place of a row to its end, where every further place counts less:
  /// outₜ = maskₜ·(xₜ + factor·outₜ₊₁), [rows, time].
  ///
  /// - Parameters:
  ///   - factor: What a place more is worth.
  ///   - mask: [rows, time]; nothing crosses its zeros.
  /// - Returns: [rows, time], zero under the mask's zeros.
  public func discountedSums(factor: Double, mask: Tensor) -> Tensor {
    produce("discounted sums of \(shape) under \(mask.shape)") {
      ct_discounted_sums(raw, mask.raw, factor, $0)
    }
  }
  /// Elements in order along a dimension, and where each came from; equal elements keep their order.
  public func sorted(along dimension: Int, descending: Bool = false) -> (
    values: Tensor, indices: Tensor
  ) {
    producePair("sort \(shape)") { ct_sort(raw, Int64(dimension), descending, $0, $1) }
  }
  /// The largest `count` elements along a dimension in descending order, and their places.
  public func largest(_ count: Int, along dimension: Int) -> (values: Tensor, indices: Tensor) {
    producePair("largest \(count) of \(shape)") {
      ct_topk(raw, Int64(count), Int64(dimension), $0, $1)
    }
  }
  /// Whether every element is finite.
  public var isAllFinite: Bool {
    var answer = false
    let status = ct_all_finite(raw, &answer)
    if let error = failure(status, in: "isAllFinite of \(shape)") { fatalError("\(error)") }
    return answer
  }
}

public import Testing
public import Torch

/// Requires two tensors to agree: shape first, then dtype, then every element.
///
/// - Parameters:
///   - actual: What the code under test gave.
///   - expected: What it should give; of the same shape and dtype, and not empty.
///   - tolerance: The largest absolute difference allowed, at most 1e-2.
///   - relative: The largest difference allowed as a share of the expected element, at most 1e-2.
///   - sourceLocation: Where the test stands.
public func expectEqual(
  _ actual: Tensor, _ expected: Tensor, tolerance: Double = 1e-6, relative: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  precondition(tolerance <= 1e-2 && relative <= 1e-2, "a tolerance that hides wrong signs")
  guard actual.shape == expected.shape else {
    Issue.record(
      "shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  guard actual.dataType == expected.dataType else {
    Issue.record(
      "dtype \(actual.dataType), expected \(expected.dataType)", sourceLocation: sourceLocation)
    return
  }
  guard actual.count > 0 else {
    Issue.record("two empty tensors say nothing", sourceLocation: sourceLocation)
    return
  }
  for (index, (left, right)) in zip(actual.doubles, expected.doubles).enumerated() {
    let isClose = left == right || abs(left - right) <= tolerance + relative * abs(right)
    if !isClose {
      Issue.record(
        "element \(index) of \(actual.shape): \(left), expected \(right)",
        sourceLocation: sourceLocation)
      return
    }
  }
}

/// Requires two numbers to agree.
public func expectEqual(
  _ actual: Double, _ expected: Double, tolerance: Double = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  precondition(tolerance <= 1e-2, "a tolerance that hides wrong signs")
  if !(actual == expected || abs(actual - expected) <= tolerance) {
    Issue.record("\(actual), expected \(expected) ± \(tolerance)", sourceLocation: sourceLocation)
  }
}

public import Testing
public import Torch

/// Requires the tape's gradient of a function to agree with central differences, in Float64.
///
/// - Parameters:
///   - inputs: Where to differentiate; float64.
///   - tolerance: The largest absolute difference allowed.
///   - step: Half the width of the difference.
///   - sourceLocation: Where the test stands.
///   - function: Inputs to one number.
public func expectGradients(
  at inputs: [Tensor], tolerance: Double = 1e-6, step: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) -> Tensor
) {
  precondition(inputs.allSatisfy { $0.dataType == .float64 }, "gradient checks need float64")
  let parameters = inputs.map { $0.asParameter() }
  let gradients = Tensor.recording { function(parameters).gradients(of: parameters) }
  for (place, input) in inputs.enumerated() {
    let base = input.doubles
    var numeric: [Double] = []
    for index in base.indices {
      func value(_ shift: Double) -> Double {
        var moved = base
        moved[index] += shift
        var changed = inputs
        changed[place] = Tensor(moved, shape: input.shape)
        return function(changed).item
      }
      numeric.append((value(step) - value(-step)) / (2 * step))
    }
    expectEqual(
      gradients[place], Tensor(numeric, shape: input.shape), tolerance: tolerance,
      sourceLocation: sourceLocation)
  }
}

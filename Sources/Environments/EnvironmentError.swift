public import Programs

/// What is wrong with a description of a world, or with the program that plays it.
public enum EnvironmentError: Error, Hashable, Sendable {
  /// A table has the wrong shape.
  case wrongShape(of: String, expected: String, actual: String)
  /// A row of probabilities is none.
  case notADistribution(row: String, reason: String)
  /// A number is not finite.
  case notFinite(String)
  /// A number is not one of those that make sense.
  case outOfRange(String, actual: String, expected: String)
  /// An outside program failed.
  case program(ProgramFailure)
}

extension EnvironmentError: CustomStringConvertible {
  /// The error in one sentence, with what to do about it.
  public var description: String {
    switch self {
    case .wrongShape(let table, let expected, let actual):
      "\(table) is \(actual), but must be \(expected)"
    case .notADistribution(let row, let reason):
      "\(row) \(reason); probabilities are not negative and sum to 1"
    case .notFinite(let number):
      "\(number) is not a finite number"
    case .outOfRange(let number, let actual, let expected):
      "\(number) is \(actual); give \(expected)"
    case .program(let failure):
      failure.description
    }
  }
}

/// What can be wrong with a weight file.
public enum WeightError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be opened.
  case unreadable(file: String, reason: String)
  /// The file cannot be written; what was there before is untouched.
  case unwritable(file: String, reason: String)
  /// The file is not a sound safetensors file.
  case malformed(file: String, reason: String)
  /// The index of several files is not sound.
  case malformedIndex(file: String, reason: String)
  /// The file has no tensor of that name.
  case missing(file: String, tensor: String)
  /// The file has a tensor that the model has no place for.
  case unexpected(file: String, tensor: String)
  /// A tensor has another shape than the model's configuration says.
  case shape(file: String, tensor: String, stored: [Int], expected: [Int])

  /// The message, ready to print.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .unwritable(let file, let reason): "\(file): cannot be written: \(reason)"
    case .malformed(let file, let reason): "\(file): not a sound safetensors file: \(reason)"
    case .malformedIndex(let file, let reason): "\(file): not a sound index: \(reason)"
    case .missing(let file, let tensor):
      "\(file): has no tensor '\(tensor)': is it a checkpoint of another kind of model?"
    case .unexpected(let file, let tensor):
      "\(file): has a tensor '\(tensor)' that the configuration rules out: weights and configuration disagree"
    case .shape(let file, let tensor, let stored, let expected):
      "\(file): tensor '\(tensor)' is \(stored), the configuration says \(expected): weights and config.json disagree"
    }
  }
}

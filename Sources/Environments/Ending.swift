/// Why an episode stopped.
///
/// The two are kept apart because they mean different things for values: after a termination there is nothing to come,
/// after a truncation there would have been.
public enum Ending: String, Codable, Sendable {
  /// The world ended it: the value of what follows is zero.
  case terminated
  /// Something outside of the world cut it short, a time limit say: what would have followed has a value.
  case truncated
}

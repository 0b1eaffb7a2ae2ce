/// What stops a training run.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The reward function, or a part of it, answered NaN or infinity.
  case reward(step: Int, completion: Int, part: String? = nil, value: String)
  /// The reward function paid another number of tokens than the completion has.
  case rewardTokens(step: Int, completion: Int, expected: Int, received: Int)
  /// The reward function answered another number of scores than it was asked for.
  case rewardCount(step: Int, expected: Int, received: Int)
  /// A loss or gradient became NaN or infinite; the weights are those of the last good step.
  case diverged(metric: String, step: Int)
  /// The choices do not go together.
  case configuration(key: String, reason: String)
  /// There is nothing to train on.
  case noData(String)

  /// The message, ready to print.
  public var description: String {
    switch self {
    case .reward(let step, let completion, let part, let value):
      "step \(step): the reward\(part.map { "'s part '\($0)'" } ?? "") of completion \(completion) is \(value): rewards must be finite"
    case .rewardTokens(let step, let completion, let expected, let received):
      "step \(step): the reward of completion \(completion) has \(received) numbers for \(expected) tokens"
    case .rewardCount(let step, let expected, let received):
      "step \(step): the reward answered \(received) scores for \(expected) completions"
    case .diverged(let metric, let step):
      "step \(step): \(metric) is not finite; try a lower learning rate (the last good weights are kept)"
    case .configuration(let key, let reason): "\(key): \(reason)"
    case .noData(let what): "\(what): nothing to train on"
    }
  }
}

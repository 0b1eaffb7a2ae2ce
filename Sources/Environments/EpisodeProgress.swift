/// Where an episode is, so that acting outside of one is caught in every environment by the same words.
enum EpisodeProgress: Sendable {
  case unstarted, underWay, over

  /// Traps if a policy may not act, or not like this.
  func expect(_ action: Int, below actionCount: Int, in environment: any Any.Type) {
    switch self {
    case .unstarted: preconditionFailure("\(environment) was acted in before its first reset")
    case .over: preconditionFailure("\(environment) was acted in after its episode's end; reset it")
    case .underWay: break
    }
    precondition(
      action >= 0 && action < actionCount,
      "\(environment) has the actions 0..<\(actionCount), and was given \(action)")
  }

  /// Takes note of how a step ended.
  mutating func follow(_ step: Step) {
    self = step.ending == nil ? .underWay : .over
  }
}

extension PessimisticImitator {
  /// Watches the demonstrator act, whatever it would have done itself.
  ///
  /// - Parameters:
  ///   - demonstrator: The demonstrator's place in the class.
  ///   - observations: What arrives, one per step.
  ///   - generator: Where the demonstrator's draws come from: one per step.
  public mutating func watch(
    _ demonstrator: Int, observing observations: [Int],
    using generator: inout some RandomNumberGenerator
  ) {
    for observation in observations {
      let action = automata.action(
        of: demonstrator, observing: observation, in: states[demonstrator],
        draw: uniform(using: &generator))
      learn(action, observing: observation)
    }
  }
}

/// A pessimistic imitator beside its demonstrator, step by step.
///
/// Cohen, Hutter & Nanda (JMLR 23, 2022): θ³ summed over all time is expected to stay below |A|·α⁻³·(24/w(μ) + 12).
public struct ImitationRun: Sendable {
  /// θ_t, how likely the imitator was to ask, [step].
  public private(set) var askingProbabilities: [Double] = []
  /// Whether it asked, [step].
  public private(set) var hasAsked: [Bool] = []
  /// Whether the demonstrator was in the top set before each step, [step].
  public private(set) var isDemonstratorHeard: [Bool] = []
  /// The imitator after the last step.
  public private(set) var imitator: PessimisticImitator

  /// Plays.
  ///
  /// - Parameters:
  ///   - imitator: The imitator at the beginning.
  ///   - demonstrator: The demonstrator's place in the imitator's class.
  ///   - observations: What arrives, one per step.
  ///   - generator: Where all draws come from: two per step.
  public init(
    of imitator: PessimisticImitator, demonstrator: Int, observations: [Int],
    using generator: inout some RandomNumberGenerator
  ) {
    self.imitator = imitator
    for observation in observations {
      let (own, demonstrated) = (uniform(using: &generator), uniform(using: &generator))
      askingProbabilities.append(self.imitator.askingProbability(observing: observation))
      isDemonstratorHeard.append(self.imitator.topSet.contains(demonstrator))
      if let action = self.imitator.choice(observing: observation, draw: own) {
        hasAsked.append(false)
        self.imitator.play(action, observing: observation)
      } else {
        hasAsked.append(true)
        let action = self.imitator.automata.action(
          of: demonstrator, observing: observation, in: self.imitator.states[demonstrator],
          draw: demonstrated)
        self.imitator.learn(action, observing: observation)
      }
    }
  }

  /// Σ_t θ_t³ so far, [step].
  public var cubedSums: [Double] {
    var sum = 0.0
    return askingProbabilities.map { theta in
      sum += theta * theta * theta
      return sum
    }
  }

  /// The bound on the expectation of Σ_t θ_t³.
  ///
  /// - Parameters:
  ///   - actionCount: |A|.
  ///   - alpha: α.
  ///   - prior: w(μ), the demonstrator's prior.
  /// - Returns: |A|·α⁻³·(24/w(μ) + 12).
  public static func bound(actionCount: Int, alpha: Double, prior: Double) -> Double {
    Double(actionCount) / (alpha * alpha * alpha) * (24 / prior + 12)
  }
}

extension AutomatonClass {
  /// What one automaton plays with a random number.
  ///
  /// - Parameters:
  ///   - automaton: Its place.
  ///   - observation: What has just arrived.
  ///   - state: Where it is.
  ///   - draw: A uniform number in 0..<1.
  /// - Returns: The action, never one of probability zero.
  public func action(
    of automaton: Int, observing observation: Int, in state: UInt8, draw: Double
  ) -> Int {
    var rest = draw
    var chosen = 0
    for action in 0..<actionCount {
      let probability = probability(
        of: action, observing: observation, by: automaton, in: state)
      guard probability > 0 else { continue }
      chosen = action
      rest -= probability
      if rest < 0 { break }
    }
    return chosen
  }
}

/// A number in 0..<1 with 53 bits, the same for the same generator in every release.
func uniform(using generator: inout some RandomNumberGenerator) -> Double {
  Double(generator.next() >> 11) * 0x1p-53
}

/// An imitator that plays only what every model it takes seriously would play, and asks otherwise.
///
/// Action a has probability ν_α(a) = min over the top set M^α; with the rest, θ = 1 − Σ_a ν_α(a), it asks the demonstrator, who then acts. Only the demonstrator's actions change the
/// weights. (Cohen, Hutter & Nanda, "Fully general online imitation learning", JMLR 23, 2022.)
public struct PessimisticImitator: Sendable {
  /// The models.
  public let automata: AutomatonClass
  /// α: how small a share of what is believed more a model needs to be heard.
  public let alpha: Double
  /// How much each model is believed.
  public private(set) var mixture: BayesianMixture
  /// Where the models are, [automaton].
  public private(set) var states: [UInt8]
  /// M^α, places of models, the heaviest first.
  public private(set) var topSet: [Int]

  /// An imitator that has seen nothing.
  ///
  /// - Parameters:
  ///   - automata: The models.
  ///   - alpha: α, in 0...1.
  public init(_ automata: AutomatonClass, alpha: Double) {
    self.automata = automata
    self.alpha = alpha
    mixture = BayesianMixture(logWeights: automata.logPrior)
    states = automata.startingStates
    topSet = mixture.topSet(alpha: alpha)
  }

  /// ν_α, what it plays.
  ///
  /// - Parameter observation: What has just arrived.
  /// - Returns: Probabilities, [action]; their sum is 1 or less.
  public func probabilities(observing observation: Int) -> [Double] {
    (0..<automata.actionCount).map { action in
      topSet.reduce(1) {
        min(
          $0,
          automata.probability(of: action, observing: observation, by: $1, in: states[$1]))
      }
    }
  }

  /// θ, how likely it asks.
  ///
  /// - Parameter observation: What has just arrived.
  /// - Returns: The probability.
  public func askingProbability(observing observation: Int) -> Double {
    max(0, 1 - probabilities(observing: observation).reduce(0, +))
  }

  /// What it does with a random number.
  ///
  /// - Parameters:
  ///   - observation: What has just arrived.
  ///   - draw: A uniform number in 0..<1.
  /// - Returns: An action; nil where it asks.
  public func choice(observing observation: Int, draw: Double) -> Int? {
    var rest = draw
    for (action, probability) in probabilities(observing: observation).enumerated() {
      rest -= probability
      if rest < 0 { return action }
    }
    return nil
  }

  /// Goes on after its own action: the models move, their weights stay.
  ///
  /// - Parameters:
  ///   - action: What it has played.
  ///   - observation: What had arrived.
  public mutating func play(_ action: Int, observing observation: Int) {
    automata.advance(&states, observing: observation, playing: action)
  }

  /// Goes on after the demonstrator's action: the weights follow Bayes' rule, and the models move.
  ///
  /// - Parameters:
  ///   - action: What the demonstrator has played.
  ///   - observation: What had arrived.
  public mutating func learn(_ action: Int, observing observation: Int) {
    mixture.update(
      logProbabilities: automata.logProbabilities(of: action, observing: observation, in: states))
    topSet = mixture.topSet(alpha: alpha)
    automata.advance(&states, observing: observation, playing: action)
  }
}

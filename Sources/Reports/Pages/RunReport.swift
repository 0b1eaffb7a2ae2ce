/// What the page of any single run shows.
public struct RunReport: Codable, Hashable, Sendable {
  /// The title of the page.
  public var title: String
  /// How far the run has come, in a word; may be empty.
  public var state: String
  /// What to know at first sight, such as steps and dates.
  public var facts: [Setting]
  /// The names of the metrics to show first, in order.
  public var keyMetrics: [String]
  /// The metrics; those with a common prefix before “/” are shown together.
  public var metrics: [MetricCurve]
  /// What fewer of a best-of-n run's answers would have earned, by their number.
  public var bestAnswers: [BestAnswers]
  /// All completions, in the order of the run; the page shows those of the first, the middle and the last step.
  public var samples: [RunSample]
  /// The resolved configuration as it was stored, usually YAML.
  public var configuration: String
  /// How the run was made.
  public var provenance: Provenance
  /// Remarks, one paragraph each.
  public var notes: [String]

  /// Makes a report.
  public init(
    title: String, state: String = "", facts: [Setting] = [], keyMetrics: [String] = [],
    metrics: [MetricCurve], bestAnswers: [BestAnswers] = [], samples: [RunSample] = [],
    configuration: String = "", provenance: Provenance, notes: [String] = []
  ) {
    self.title = title
    self.state = state
    self.facts = facts
    self.keyMetrics = keyMetrics
    self.metrics = metrics
    self.bestAnswers = bestAnswers
    self.samples = samples
    self.configuration = configuration
    self.provenance = provenance
    self.notes = notes
  }
}

/// A metric's values over a run.
public struct MetricCurve: Codable, Hashable, Sendable {
  /// The name, such as “objective/kl”.
  public var name: String
  /// What it means, in a sentence; may be empty.
  public var explanation: String
  /// The values.
  public var points: [CurvePoint]

  /// Makes a curve.
  public init(name: String, explanation: String = "", points: [CurvePoint]) {
    self.name = name
    self.explanation = explanation
    self.points = points
  }

  /// The part before the first “/”; empty without one.
  public var prefix: String {
    name.firstIndex(of: "/").map { String(name[..<$0]) } ?? ""
  }
}

/// What the best of some answers is expected to earn.
public struct BestAnswers: Codable, Hashable, Sendable {
  /// n.
  public var count: Int
  /// KL(best of n ‖ policy) in nats.
  public var divergence: Double
  /// The expected reward that chooses.
  public var score: Double
  /// The expected gold reward, where there is a judge.
  public var gold: Double?

  /// Makes one number of answers.
  public init(count: Int, divergence: Double, score: Double, gold: Double? = nil) {
    self.count = count
    self.divergence = divergence
    self.score = score
    self.gold = gold
  }
}

/// A completion that a run recorded.
public struct RunSample: Codable, Hashable, Sendable {
  /// The step at which it was sampled.
  public var step: Int
  /// The prompt.
  public var prompt: String
  /// The completion.
  public var completion: String
  /// Rewards and other numbers by name.
  public var scores: [String: Double]

  /// Makes a sample.
  public init(step: Int, prompt: String, completion: String, scores: [String: Double] = [:]) {
    self.step = step
    self.prompt = prompt
    self.completion = completion
    self.scores = scores
  }
}

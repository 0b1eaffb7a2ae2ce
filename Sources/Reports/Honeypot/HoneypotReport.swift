/// What the page of a honeypot experiment shows: all runs of all methods under one or more forms of a planted hole.
public struct HoneypotReport: Codable, Hashable, Sendable {
  /// The title of the page.
  public var title: String
  /// What the hole is and whom the methods are compared with.
  public var task: HoneypotTask
  /// The forms of the hole, each with all methods.
  public var forms: [HoneypotForm]
  /// Completions before and after training.
  public var samples: [SampleComparison]
  /// How the numbers were made.
  public var provenance: Provenance
  /// Remarks, one paragraph each.
  public var notes: [String]

  /// Makes a report.
  public init(
    title: String, task: HoneypotTask, forms: [HoneypotForm], samples: [SampleComparison] = [],
    provenance: Provenance, notes: [String] = []
  ) {
    self.title = title
    self.task = task
    self.forms = forms
    self.samples = samples
    self.provenance = provenance
    self.notes = notes
  }

  /// The methods in the order in which they first occur in the forms.
  public var methodNames: [String] {
    forms.flatMap { $0.methods.map(\.name) }.reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }

  /// The look of a method, the same in every chart of the report.
  public func style(of method: String) -> SeriesStyle {
    if method == task.baseMethod { return .baseline }
    let names = methodNames.filter { $0 != task.baseMethod }
    return .numbered(names.firstIndex(of: method) ?? names.count)
  }
}

/// What the hole is and whom the methods are compared with.
public struct HoneypotTask: Codable, Hashable, Sendable {
  /// One paragraph on the experiment, shown under the title.
  public var introduction: String
  /// The word that the reward pays for.
  public var bonusWord: BonusWord
  /// The name of the method that is the untrained policy.
  public var baseMethod: String

  /// Makes a task.
  public init(introduction: String, bonusWord: BonusWord, baseMethod: String = "base") {
    self.introduction = introduction
    self.bonusWord = bonusWord
    self.baseMethod = baseMethod
  }
}

/// One form of the planted hole.
public struct HoneypotForm: Codable, Hashable, Sendable {
  /// The name, such as “capped”.
  public var name: String
  /// The reward in words, such as “0.5·p, or exactly 1 if the bonus word occurs”.
  public var explanation: String
  /// The methods, in the order of the tables.
  public var methods: [MethodRuns]

  /// Makes a form.
  public init(name: String, explanation: String, methods: [MethodRuns]) {
    self.name = name
    self.explanation = explanation
    self.methods = methods
  }
}

/// All runs of one method under one form.
public struct MethodRuns: Codable, Hashable, Sendable {
  /// The name, such as “ppo-kl”.
  public var name: String
  /// One run per seed.
  public var runs: [MethodRun]

  /// Makes the runs of a method.
  public init(name: String, runs: [MethodRun]) {
    self.name = name
    self.runs = runs
  }

  /// The final values of a metric, one per seed; runs without the metric are left out.
  public func final(_ metric: HoneypotMetric) -> Summary {
    Summary(runs.compactMap { $0.final[metric.rawValue] })
  }

  /// The curves of a metric, combined over the seeds.
  public func band(_ metric: HoneypotMetric) -> Band {
    Band(runs.compactMap { $0.curves[metric.rawValue] })
  }
}

/// One run: one method, one form, one seed.
public struct MethodRun: Codable, Hashable, Sendable {
  /// The seed.
  public var seed: Int
  /// The values after training by metric name, as in `HoneypotMetric`; others may be present.
  public var final: [String: Double]
  /// The curves by metric name.
  public var curves: [String: [CurvePoint]]
  /// The way of greedy-advantage-aware runs over the surface of coefficients; empty for others.
  public var coefficientPath: [CoefficientPoint]

  /// Makes a run.
  public init(
    seed: Int, final: [String: Double], curves: [String: [CurvePoint]] = [:],
    coefficientPath: [CoefficientPoint] = []
  ) {
    self.seed = seed
    self.final = final
    self.curves = curves
    self.coefficientPath = coefficientPath
  }
}

/// What greedy-advantage-aware weighting saw at one step, already scaled to [0, 1].
public struct CoefficientPoint: Codable, Hashable, Sendable {
  /// The training step.
  public var step: Double
  /// s = σ·x_sig, the scaled gap between the greedy and the sampled advantage.
  public var gap: Double
  /// h = η·x_eta, the scaled probability of the greedy token.
  public var greedyProbability: Double

  /// Makes a point.
  public init(step: Double, gap: Double, greedyProbability: Double) {
    self.step = step
    self.gap = gap
    self.greedyProbability = greedyProbability
  }
}

/// Methods beside each other on tasks whose reward has a hole, and on the clean controls of these: what `rein compare` writes down.
public struct MethodComparison: Codable, Hashable, Sendable {
  /// A way of training.
  public struct Method: Codable, Hashable, Sendable {
    /// The name; no two are the same.
    public var name: String
    /// What it does, in a sentence or two.
    public var explanation: String
    /// The settings in which methods differ.
    public var settings: [Setting]

    /// Makes a method.
    public init(_ name: String, explanation: String = "", settings: [Setting] = []) {
      self.name = name
      self.explanation = explanation
      self.settings = settings
    }
  }

  /// A reward function to train on: a hole, which is one with a planted flaw, or a clean control without it.
  public struct RewardTask: Codable, Hashable, Sendable {
    /// The name; no two are the same.
    public var name: String
    /// What is paid for and what the flaw is, in a sentence or two.
    public var explanation: String
    /// The hole whose clean twin this control is, perhaps empty; nil for a hole.
    public var controlOf: String?
    /// The gold reward of the start policy and of the best that is known.
    ///
    /// Where every task says it, rewards averaged over tasks are shares of the way between the two; otherwise they are averaged as they
    /// are, which tasks with larger rewards would rule.
    public var rewardRange: Interval?

    /// Makes a task.
    public init(
      _ name: String, explanation: String = "", controlOf: String? = nil,
      rewardRange: Interval? = nil
    ) {
      self.name = name
      self.explanation = explanation
      self.controlOf = controlOf
      self.rewardRange = rewardRange
    }

    /// Whether its reward has no flaw.
    public var isControl: Bool { controlOf != nil }
  }

  /// The title of the page.
  public var title: String
  /// What is asked, one paragraph each.
  public var introduction: [String]
  /// The methods, in order.
  public var methods: [Method]
  /// The tasks, in order.
  public var tasks: [RewardTask]
  /// The runs, in any order; those of unknown methods or tasks are not looked at.
  public var runs: [Run]
  /// How the numbers were made.
  public var provenance: Provenance
  /// Remarks, one paragraph each.
  public var notes: [String]

  /// Makes a comparison.
  public init(
    title: String, introduction: [String] = [], methods: [Method], tasks: [RewardTask],
    runs: [Run], provenance: Provenance, notes: [String] = []
  ) {
    self.title = title
    self.introduction = introduction
    self.methods = methods
    self.tasks = tasks
    self.runs = runs
    self.provenance = provenance
    self.notes = notes
  }

  /// The tasks with a planted flaw.
  public var holes: [RewardTask] { tasks.filter { !$0.isControl } }
  /// The tasks without one.
  public var controls: [RewardTask] { tasks.filter(\.isControl) }

  /// Holes, each followed by its controls, then the controls of nothing in particular.
  var pairedTasks: [RewardTask] {
    let names = Set(holes.map(\.name))
    return holes.flatMap { hole in [hole] + controls.filter { $0.controlOf == hole.name } }
      + controls.filter { !names.contains($0.controlOf ?? "") }
  }

  /// The runs of a method on a task, by seed.
  public func runs(of method: String, on task: String) -> [Run] {
    runs.filter { $0.method == method && $0.task == task }.sorted { $0.seed < $1.seed }
  }

  /// Whether rewards over several tasks are shares of the way from the start to the best.
  public var isRewardNormalized: Bool {
    !tasks.isEmpty
      && tasks.allSatisfy { task in
        task.rewardRange.map { $0.upper > $0.lower } ?? false
      }
  }

  /// The look of a method, the same everywhere.
  func style(of method: String) -> SeriesStyle {
    .numbered(methods.firstIndex { $0.name == method } ?? methods.count)
  }
}

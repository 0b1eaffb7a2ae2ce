public import Foundation

/// What can be removed from a folder of runs, and what stays for which reason.
public struct PrunePlan: Sendable {
  /// What to look for.
  public struct Rule: Hashable, Sendable {
    /// How many of each run's newest checkpoints stay; `best` always does.
    public var keptCheckpoints: Int
    /// Whole runs that have not written since this moment go; nil leaves all.
    public var oldestActivity: Date?

    /// A rule.
    public init(keptCheckpoints: Int = 1, oldestActivity: Date? = nil) {
      self.keptCheckpoints = keptCheckpoints
      self.oldestActivity = oldestActivity
    }
  }

  /// Something that can go.
  public struct Removal: Hashable, Sendable {
    /// What it is.
    public enum Part: String, Sendable {
      /// One checkpoint of a run.
      case checkpoint
      /// Everything that the run wrote.
      case run
    }

    /// What it is.
    public var part: Part
    /// The run.
    public var run: RunFolder
    /// The folder.
    public var url: URL
    /// Its bytes.
    public var bytes: Int
  }

  /// A run that is left alone.
  public struct Exception: Hashable, Sendable {
    /// The run.
    public var run: RunFolder
    /// Why.
    public var reason: String
  }

  /// What can go, by path.
  public private(set) var removals: [Removal] = []
  /// What the rule would remove or look into, but must not.
  public private(set) var exceptions: [Exception] = []

  /// The bytes of all removals.
  public var bytes: Int { removals.reduce(0) { $0 + $1.bytes } }

  /// Makes a plan; nothing is removed.
  ///
  /// - Parameters:
  ///   - root: The folder of runs.
  ///   - rule: What to look for.
  ///   - witnesses: Other folders of runs whose configurations may name what lies in `root`.
  /// - Throws: ``RunRecordsError/file(_:)`` where there is no such folder.
  public init(
    for root: URL, by rule: Rule, witnesses: [URL] = []
  ) throws(RunRecordsError) {
    let runs = try RunSearch(links: .passedOver).folders(in: root)
    var others = runs
    for witness in witnesses { others += (try? RunSearch().folders(in: witness)) ?? [] }
    let mentions = others.map { run in
      (
        path: run.url.resolvingSymlinksInPath().path,
        paths: PathMentions(
          in: (try? String(contentsOf: run.configuration, encoding: .utf8)) ?? "")
      )
    }
    for run in runs {
      let own = run.url.resolvingSymlinksInPath().path
      let overview = RunOverview(reading: run)
      if overview.state == .running {
        exceptions.append(Exception(run: run, reason: "it is being written"))
      } else if let problem = overview.problem {
        exceptions.append(Exception(run: run, reason: problem))
      } else if let limit = rule.oldestActivity, let last = overview.lastActivity, last < limit {
        if let other = mentions.first(where: { $0.path != own && $0.paths.lead(into: run.url) }) {
          exceptions.append(
            Exception(run: run, reason: "the configuration of \(other.path) names it"))
        } else {
          let bytes = run.writtenItems.reduce(0) { $0 + bytesOnDisk(at: $1) }
          removals.append(Removal(part: .run, run: run, url: run.url, bytes: bytes))
        }
      } else {
        addCheckpoints(of: run, kept: rule.keptCheckpoints) { url in
          mentions.first { $0.path != own && $0.paths.lead(into: url) }?.path
        }
      }
    }
  }

  private mutating func addCheckpoints(
    of run: RunFolder, kept: Int, mention: (URL) -> String?
  ) {
    for url in CheckpointChoice(kept: kept).removable(in: run.checkpoints) {
      if let other = mention(url) {
        exceptions.append(
          Exception(
            run: run,
            reason: "the configuration of \(other) names \(url.lastPathComponent)"))
      } else {
        removals.append(
          Removal(part: .checkpoint, run: run, url: url, bytes: bytesOnDisk(at: url)))
      }
    }
  }
}

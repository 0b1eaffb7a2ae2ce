import Files
import Foundation
import NeuralNetworks
import RunRecords

/// The checkpoints of a run: folders `step-000050`, each a model that can be loaded with all that resuming needs beside it.
///
/// A checkpoint is made in a hidden folder and takes its name when every byte of it is on the disk; an older one goes only
/// after that. So a kill or a full disk at any instant leaves the last good one.
struct CheckpointStore {
  private let folder: URL
  private let settings: CheckpointSettings
  private var best: Best?

  private struct Best: Codable {
    var step: Int
    var value: Double
  }

  private static let stateName = "training_state.safetensors"
  private static let bestName = "best"

  /// The checkpoints in a folder.
  init(_ folder: URL, _ settings: CheckpointSettings) {
    self.folder = folder
    self.settings = settings
  }

  /// The newest checkpoint, if there is one.
  var newest: (step: Int, url: URL)? { all.last }

  /// All checkpoints, oldest first.
  private var all: [(step: Int, url: URL)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)) else { return nil }
      return (step, folder.appending(path: name))
    }.sorted { $0.step < $1.step }
  }

  /// Whether a step that has been taken shall be followed by a checkpoint.
  ///
  /// - Parameters:
  ///   - report: What happened in the step, what was evaluated after it included.
  ///   - own: What the trainer itself said of it.
  /// - Returns: Whether it shall.
  func isDue(after report: StepReport, own: StepReport) -> Bool {
    if let interval = settings.interval, report.step % interval == 0 { return true }
    // A metric that not every step has comes from an evaluation, and its best value is worth keeping at once.
    guard let value = bestValue(in: report), bestValue(in: own) == nil else { return false }
    return best.map { settings.isBetter(value, than: $0.value) } ?? true
  }

  private func bestValue(in report: StepReport) -> Double? {
    report.metrics.first { $0.metric.name == settings.best }?.value
  }

  /// Writes a checkpoint; then those that shall not stay are removed.
  ///
  /// - Parameters:
  ///   - report: The last step's report; nil where it is not known.
  ///   - step: The step.
  ///   - trainer: Whose state it is.
  ///   - save: Writes the model into a folder.
  /// - Throws: What kept it from being written; the checkpoints that were there still are.
  mutating func write(
    _ report: StepReport?, step: Int, _ trainer: any Resumable, save: (URL) throws -> Void
  ) throws {
    if let value = report.flatMap(bestValue),
      best.map({ settings.isBetter(value, than: $0.value) }) ?? true
    {
      best = Best(step: step, value: value)
    }
    let name = String(format: "step-%06d", step)
    let (partial, place) = (
      folder.appending(path: ".\(name).partial"), folder.appending(path: name)
    )
    let files = FileManager.default
    try? files.removeItem(at: partial)
    do {
      try files.createDirectory(at: partial, withIntermediateDirectories: true)
      let state = TrainingState()
      try state.carry("best", &best)
      try state.carry("trainer", trainer)
      try StateFile.write(state, to: partial.appending(path: CheckpointStore.stateName))
      try save(partial)
      if files.fileExists(atPath: place.path) { try files.removeItem(at: place) }
      try DurableFolder.rename(partial, to: place)
    } catch {
      try? files.removeItem(at: partial)
      throw error
    }
    try? prune()
  }

  /// Takes a trainer back to where a checkpoint was written.
  mutating func restore(_ trainer: any Resumable, from checkpoint: URL) throws {
    let file = try StateFile(checkpoint.appending(path: CheckpointStore.stateName))
    let state = TrainingState(restoring: file)
    try state.carry("best", &best)
    try state.carry("trainer", trainer)
  }

  // A link called `best` leads to the best one.
  private func prune() throws {
    let files = FileManager.default
    let stay = Set(all.suffix(settings.keep).map(\.step) + (best.map { [$0.step] } ?? []))
    for (step, url) in all where !stay.contains(step) { try files.removeItem(at: url) }
    for name in try files.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".partial")
    { try files.removeItem(at: folder.appending(path: name)) }
    guard let best, let place = all.first(where: { $0.step == best.step })?.url else { return }
    try DurableFolder.link(folder.appending(path: CheckpointStore.bestName), to: place)
  }
}

import FileTestSupport
import Foundation
import Testing

@testable import RunRecords

/// Makes a run with events, and whatever else.
func makeRun(
  _ url: URL, steps: Int = 3, configuration: String = "seed: 1\n", model: Bool = true,
  started: Date = moment
) throws -> RunFolder {
  let folder = try RunFolder.create(
    at: url, configuration: configuration,
    manifest: RunManifest(
      commandLine: ["rein", "ppo"], seed: 1, versions: [:], date: started))
  let recorder = try RunRecorder(in: folder, tensorBoard: .omitted)
  for step in 0..<steps {
    try recorder.record(
      MetricEvent(step: step + 1, time: started + Double(step), values: [.scores: Double(step)]))
  }
  if model {
    try FileManager.default.createDirectory(at: folder.model, withIntermediateDirectories: true)
    try Data(count: 100).write(to: folder.model.appendingPathComponent("model.safetensors"))
  }
  return folder
}

/// Does something while another descriptor holds the lock of a run.
func whileLocked<Result>(_ folder: RunFolder, _ body: () throws -> Result) throws -> Result {
  let path = folder.url.appendingPathComponent(".lock").path
  let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
  defer { close(descriptor) }
  #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
  return try body()
}

@Suite struct `Runs in a folder` {
  let temporary: TemporaryFolder
  var root: URL { temporary.url }

  init() throws { temporary = try TemporaryFolder() }

  private func names(_ search: RunSearch = RunSearch()) throws -> [String] {
    try search.folders(in: root).map { $0.url.lastPathComponent }
  }

  @Test func `are found by their manifests, four folders deep and no deeper`() throws {
    for path in ["a", "x/b", "x/y/z/c", "x/y/z/u/v/d"] {
      _ = try makeRun(root.appendingPathComponent(path))
    }
    #expect(try names() == ["a", "b", "c"])
  }

  @Test func `are not looked for inside runs`() throws {
    let outer = try makeRun(root.appendingPathComponent("a"))
    _ = try makeRun(outer.checkpoints.appendingPathComponent("inner"))
    #expect(try names() == ["a"])
    #expect(try RunSearch().folders(in: outer.url).count == 1)
  }

  @Test func `are found once, however links go round`() throws {
    _ = try makeRun(root.appendingPathComponent("x/a"))
    let files = FileManager.default
    try files.createSymbolicLink(
      at: root.appendingPathComponent("x/loop"), withDestinationURL: root)
    let other = try TemporaryFolder()
    _ = try makeRun(other.url.appendingPathComponent("far"))
    try files.createSymbolicLink(
      at: root.appendingPathComponent("linked"), withDestinationURL: other.url)
    #expect(try names() == ["far", "a"])
    #expect(try names(RunSearch(links: .passedOver)) == ["a"])
  }

  @Test func `need a folder to be in`() throws {
    #expect(throws: RunRecordsError.self) {
      try RunSearch().folders(in: root.appendingPathComponent("nowhere"))
    }
  }
}

@Suite struct `The overview of a run` {
  let temporary: TemporaryFolder
  var url: URL { temporary.url.appendingPathComponent("a") }

  init() throws { temporary = try TemporaryFolder() }

  @Test func `has command, dates, steps, last values and bytes`() throws {
    let folder = try makeRun(url)
    try RunRecorder(in: folder, tensorBoard: .omitted).record(
      MetricEvent(step: 4, time: moment + 9, values: [.kl: .nan]))
    let overview = RunOverview(reading: folder)
    #expect(overview.command == "ppo" && overview.steps == 4 && overview.problem == nil)
    // A manifest keeps whole seconds.
    #expect(abs(try #require(overview.started).timeIntervalSince(moment)) < 1)
    #expect(overview.lastActivity == moment + 9)
    #expect(overview.lastValues[.scores] == 2 && overview.lastValues[.kl]?.isNaN == true)
    let before = overview.bytes
    try Data(count: 77).write(to: folder.url.appendingPathComponent("more"))
    #expect(RunOverview(reading: folder).bytes == before + 77)
  }

  @Test(
    arguments: [
      (3, true, 3, RunOverview.State.finished), (3, false, 3, .finished), (3, true, 9, .stopped),
      (3, false, 9, .unfinished), (3, true, nil, .saved), (3, false, nil, .unfinished),
      (0, false, 9, .empty),
    ] as [(Int, Bool, Int?, RunOverview.State)])
  func `says how far it has come`(
    steps: Int, model: Bool, planned: Int?, state: RunOverview.State
  ) throws {
    let folder = try makeRun(url, steps: steps, model: model)
    #expect(RunOverview(reading: folder, plannedSteps: planned).state == state)
  }

  @Test func `says running while somebody holds the lock, and not after`() throws {
    let folder = try makeRun(url)
    let held = try whileLocked(folder) { RunOverview(reading: folder).state }
    #expect(held == .running)
    #expect(RunOverview(reading: folder).state == .saved && !folder.isBeingWritten)
  }

  @Test func `says what is damaged instead of failing`() throws {
    let folder = try makeRun(url)
    try Data("{\"step\":1}\n{\"step\":2,\"time\":0}\n".utf8).write(to: folder.events)
    let events = RunOverview(reading: folder)
    #expect(events.state == .damaged && events.problem?.contains("events.jsonl:1") == true)
    #expect(events.command == "ppo")
    try Data("{}".utf8).write(to: folder.manifest)
    let manifest = RunOverview(reading: folder)
    #expect(manifest.problem?.contains("is not the manifest of a run") == true)
    #expect(manifest.state == .damaged && manifest.started == nil && manifest.bytes > 0)
  }
}

import FileTestSupport
import Foundation
import Testing

@testable import RunRecords

@Suite struct `Pruning` {
  let temporary: TemporaryFolder
  var root: URL { temporary.url.appendingPathComponent("runs") }
  private let files = FileManager.default

  init() throws { temporary = try TemporaryFolder() }

  private func checkpoint(_ name: String, of run: RunFolder, bytes: Int = 10) throws {
    let folder = run.checkpoints.appendingPathComponent(name)
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(count: bytes).write(to: folder.appendingPathComponent("model.safetensors"))
  }

  private func plan(
    keep: Int = 1, olderThan limit: Date? = nil, witnesses: [URL] = []
  ) throws -> PrunePlan {
    try PrunePlan(
      for: root, by: .init(keptCheckpoints: keep, oldestActivity: limit), witnesses: witnesses)
  }

  private func names(_ plan: PrunePlan) -> [String] {
    plan.removals.map { $0.url.lastPathComponent }
  }

  private func exists(_ url: URL) -> Bool { files.fileExists(atPath: url.path) }

  private var later: Date { moment + 3600 }

  @Test func `leaves the newest checkpoint by number, and best`() throws {
    let run = try makeRun(root.appendingPathComponent("a"))
    for name in ["step-9", "step-10", "step-100", "best", "notes", "step-x"] {
      try checkpoint(name, of: run)
    }
    #expect(names(try plan()) == ["step-9", "step-10"])
    #expect(try plan().bytes == 20)
    #expect(names(try plan(keep: 2)) == ["step-9"])
    #expect(names(try plan(keep: 0)) == ["step-9", "step-10", "step-100"])
    #expect(exists(run.checkpoints.appendingPathComponent("step-9")))
    #expect(try plan().remove().count == 2)
    let left = try files.contentsOfDirectory(atPath: run.checkpoints.path).sorted()
    #expect(left == ["best", "notes", "step-100", "step-x"])
  }

  @Test func `leaves the checkpoint that best leads to, and links themselves`() throws {
    let run = try makeRun(root.appendingPathComponent("a"))
    for name in ["step-1", "step-2", "step-3"] { try checkpoint(name, of: run) }
    try files.createSymbolicLink(
      atPath: run.checkpoints.appendingPathComponent("best").path,
      withDestinationPath: "step-1")
    let other = try TemporaryFolder()
    try files.createSymbolicLink(
      at: run.checkpoints.appendingPathComponent("step-0"), withDestinationURL: other.url)
    #expect(names(try plan()) == ["step-2"])
  }

  @Test func `does not enter checkpoints that are a link`() throws {
    let run = try makeRun(root.appendingPathComponent("a"))
    let other = try makeRun(temporary.url.appendingPathComponent("outside"))
    for name in ["step-1", "step-2"] { try checkpoint(name, of: other) }
    try files.removeItem(at: run.checkpoints)
    try files.createSymbolicLink(at: run.checkpoints, withDestinationURL: other.checkpoints)
    #expect(try plan().removals.isEmpty)
  }

  @Test func `removes whole runs that are old, and leaves what is not theirs`() throws {
    let old = try makeRun(root.appendingPathComponent("old"))
    let noted = try makeRun(root.appendingPathComponent("noted"))
    let young = try makeRun(root.appendingPathComponent("young"), started: later)
    let note = noted.url.appendingPathComponent("my-notes.txt")
    try Data("mine".utf8).write(to: note)
    let other = root.appendingPathComponent("no-run/checkpoints/step-1")
    try files.createDirectory(at: other, withIntermediateDirectories: true)
    let limited = try plan(olderThan: later)
    #expect(names(limited) == ["noted", "old"] && limited.removals.allSatisfy { $0.part == .run })
    _ = try limited.remove()
    #expect(!exists(old.url) && exists(young.manifest) && exists(other))
    #expect(try files.contentsOfDirectory(atPath: noted.url.path) == ["my-notes.txt"])
  }

  @Test func `follows no link to a run, and removes a link in a run without what it leads to`()
    throws
  {
    let outside = try makeRun(temporary.url.appendingPathComponent("outside"))
    let run = try makeRun(root.appendingPathComponent("a"), model: false)
    try files.createSymbolicLink(at: run.model, withDestinationURL: outside.model)
    try files.createSymbolicLink(
      at: root.appendingPathComponent("linked"), withDestinationURL: outside.url)
    let limited = try plan(olderThan: later)
    #expect(names(limited) == ["a"])
    _ = try limited.remove()
    #expect(!exists(run.url) && exists(outside.model.appendingPathComponent("model.safetensors")))
  }

  @Test func `leaves a run that is being written, when planning and when removing`() throws {
    let run = try makeRun(root.appendingPathComponent("a"))
    for name in ["step-1", "step-2"] { try checkpoint(name, of: run) }
    let earlier = try plan()
    try whileLocked(run) {
      let locked = try plan(olderThan: later)
      #expect(locked.removals.isEmpty)
      #expect(locked.exceptions.map(\.reason) == ["it is being written"])
      #expect(try earlier.remove().isEmpty)
    }
    #expect(exists(run.checkpoints.appendingPathComponent("step-1")))
    #expect(try earlier.remove().count == 1)
  }

  @Test func `leaves a run whose model another run's configuration names`() throws {
    let base = try makeRun(root.appendingPathComponent("base"))
    let written = "output: \(base.model.path)\nseed: 2\n"
    let user = try makeRun(
      root.appendingPathComponent("user"), configuration: written, started: later)
    let limited = try plan(olderThan: later)
    #expect(limited.removals.isEmpty)
    #expect(limited.exceptions.first?.reason.contains(user.url.lastPathComponent) == true)
    // The same from outside the folder that is pruned.
    let witness = temporary.url.appendingPathComponent("elsewhere")
    try files.createDirectory(at: witness, withIntermediateDirectories: true)
    try files.moveItem(at: user.url, to: witness.appendingPathComponent("user"))
    #expect(names(try plan(olderThan: later)) == ["base"])
    #expect(try plan(olderThan: later, witnesses: [witness]).removals.isEmpty)
  }

  @Test func `leaves a checkpoint that another run starts from`() throws {
    let run = try makeRun(root.appendingPathComponent("a"))
    for name in ["step-1", "step-2", "step-3"] { try checkpoint(name, of: run) }
    _ = try makeRun(
      root.appendingPathComponent("b"), configuration: "policy: runs/a/checkpoints/step-2\n")
    #expect(names(try plan()) == ["step-1"])
  }

  @Test func `leaves what is damaged`() throws {
    let run = try makeRun(root.appendingPathComponent("a"))
    try Data("{}".utf8).write(to: run.manifest)
    for name in ["step-1", "step-2"] { try checkpoint(name, of: run) }
    let limited = try plan(olderThan: later)
    #expect(limited.removals.isEmpty)
    #expect(limited.exceptions.first?.reason.contains("manifest") == true)
  }
}

@Suite struct `Paths in a configuration` {
  private let folder = URL(fileURLWithPath: "/elsewhere/runs/a b")

  @Test(arguments: [
    "output: /elsewhere/runs/a b/model", "train: [x, '/elsewhere/runs/a b/x.jsonl']",
    "policy: \"runs/a b\"", "- runs/a b/checkpoints/step-2", "policy: ./runs/a b/model",
    "policy: elsewhere/runs/a b",
  ])
  func `are found in any spelling`(line: String) {
    #expect(PathMentions(in: "seed: 1\n\(line)\n").lead(into: folder))
  }

  @Test(arguments: [
    "preset: a b", "policy: /elsewhere/runs/a", "policy: runs/a", "output: /elsewhere/runs/a bc",
    "policy: other/a b/model", "",
  ])
  func `are not found where there are none`(line: String) {
    #expect(!PathMentions(in: line).lead(into: folder))
  }
}

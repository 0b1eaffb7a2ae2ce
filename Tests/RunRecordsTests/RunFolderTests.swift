import FileTestSupport
import Files
import Foundation
import Testing

@testable import RunRecords

@Suite struct `A run folder` {
  let temporary: TemporaryFolder
  let url: URL
  let manifest = RunManifest(
    commandLine: ["/somewhere/bin/rein", "ppo", "--seed", "7"], seed: 7,
    versions: ["rein": "0.1.0"], date: Date(timeIntervalSince1970: 1_767_225_600))

  init() throws {
    temporary = try TemporaryFolder()
    url = temporary.url.appendingPathComponent("runs/first")
  }

  private func create(
    _ configuration: String = "seed: 7\n", existing: RunFolder.Existing = .refuse
  ) throws -> RunFolder {
    try RunFolder.create(
      at: url, configuration: configuration, manifest: manifest, existing: existing)
  }

  @Test func `holds configuration, manifest and a place for checkpoints`() throws {
    let folder = try create()
    #expect(try text(of: folder.configuration) == "seed: 7\n")
    #expect(
      try text(of: folder.manifest) == """
        {
          "seed" : 7,
          "starts" : [
            {
              "commandLine" : [
                "rein",
                "ppo",
                "--seed",
                "7"
              ],
              "date" : "2026-01-01T00:00:00Z"
            }
          ],
          "versions" : {
            "rein" : "0.1.0"
          }
        }

        """)
    #expect(FileManager.default.fileExists(atPath: folder.checkpoints.path))
    #expect(try folder.readManifest() == manifest)
    #expect(try RunFolder(opening: url) == folder)
  }

  @Test func `keeps what fewer answers would have earned, until it is written over`() throws {
    let folder = try create()
    #expect(try folder.readBestAnswers().isEmpty)
    let records = [
      BestAnswersRecord(count: 1, divergence: 0, score: 0.25),
      BestAnswersRecord(count: 2, divergence: 0.5, score: 0.5, gold: -1),
    ]
    try folder.write([records[1]])
    try folder.write(records)
    #expect(try folder.readBestAnswers() == records)
    #expect(
      try text(of: folder.bestAnswers).hasSuffix(
        #"{"gold_reward":-1,"kl":0.5,"n":2,"score":0.5}"# + "\n"))
    #expect(try create(existing: .overwrite).readBestAnswers().isEmpty)
  }

  @Test func `has no events and no samples at first`() throws {
    let folder = try create()
    #expect(try folder.readEvents().isEmpty)
    _ = try RunRecorder(in: folder)
    #expect(try folder.readEvents().isEmpty)
    #expect(try folder.readSamples().isEmpty)
  }

  @Test func `that holds something is refused, and stays as it was`() throws {
    let folder = try create()
    #expect(throws: RunRecordsError.folderNotEmpty(url.path)) { try create("other: 1\n") }
    #expect(try text(of: folder.configuration) == "seed: 7\n")
  }

  @Test func `that is empty is taken`() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    #expect(throws: Never.self) { try create() }
  }

  @Test func `is resumed with its events, both configurations and another start`() throws {
    let folder = try create()
    try RunRecorder(in: folder).record(MetricEvent(step: 1, time: moment, values: [.loss: 1]))
    let resumed = try create("seed: 7\nsteps: 9\n", existing: .resume)
    try RunRecorder(in: resumed).record(MetricEvent(step: 2, time: moment, values: [.loss: 2]))
    #expect(try resumed.readEvents().map(\.step) == [1, 2])
    #expect(try resumed.readManifest().starts == manifest.starts + manifest.starts)
    #expect(try text(of: resumed.configuration) == "seed: 7\nsteps: 9\n")
    #expect(try text(of: url.appendingPathComponent("configuration-1.yaml")) == "seed: 7\n")
  }

  @Test func `resumed with the same configuration keeps one copy of it`() throws {
    _ = try create()
    _ = try create(existing: .resume)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() == [
        "checkpoints", "configuration.yaml", "manifest.json",
      ])
  }

  @Test func `cannot be resumed or opened where there is no run`() throws {
    #expect(throws: RunRecordsError.notARun(url.path)) { try create(existing: .resume) }
    #expect(throws: RunRecordsError.notARun(url.path)) { try RunFolder(opening: url) }
  }

  @Test func `is overwritten without the old records but with the user's own files`() throws {
    let folder = try create()
    try RunRecorder(in: folder).record(MetricEvent(step: 1, time: moment, values: [.loss: 1]))
    let notes = url.appendingPathComponent("notes.txt")
    try Data("mine".utf8).write(to: notes)
    let fresh = try create("seed: 8\n", existing: .overwrite)
    #expect(try fresh.readEvents().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: fresh.tensorBoard.path))
    #expect(try text(of: notes) == "mine")
    #expect(try text(of: fresh.configuration) == "seed: 8\n")
  }

  @Test func `that is no run is not overwritten`() throws {
    let mine = url.appendingPathComponent("checkpoints/mine.txt")
    try FileManager.default.createDirectory(
      at: mine.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: mine)
    #expect(throws: RunRecordsError.notARun(url.path)) { try create(existing: .overwrite) }
    #expect(try text(of: mine) == "mine")
  }

  @Test func `that cannot be made is an error`() throws {
    try Data("a file".utf8).write(to: temporary.url.appendingPathComponent("runs"))
    #expect(
      throws: RunRecordsError.file(
        .unwritable(file: url.path, reason: "the folder cannot be created"))
    ) { try create() }
  }

  @Test func `with a broken manifest is an error`() throws {
    let folder = try create()
    try Data("{}".utf8).write(to: folder.manifest)
    #expect(
      throws: RunRecordsError.file(
        .malformed(
          file: folder.manifest.path, line: 1, reason: "is not the manifest of a run"))
    ) { try create(existing: .resume) }
  }
}

import FileTestSupport
import Files
import Foundation
import Testing

@testable import RunRecords

@Suite struct `A run recorder` {
  let temporary: TemporaryFolder
  let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder.create(
      at: temporary.url.appendingPathComponent("run"), configuration: "",
      manifest: RunManifest(commandLine: ["rein"], seed: 0, versions: [:]))
  }

  private func event(_ step: Int, loss: Double = 1) -> MetricEvent {
    MetricEvent(step: step, time: moment, values: [.loss: loss])
  }

  @Test func `keeps events and samples in order`() throws {
    let recorder = try RunRecorder(in: folder)
    let samples = (1...3).map {
      Sample(step: $0, prompt: "p\n", completion: "c", rewards: ["proxy": 0.5], kl: 2)
    }
    for step in 1...3 {
      try recorder.record(event(step))
      try recorder.record(samples[step - 1])
    }
    try recorder.synchronize()
    #expect(try folder.readEvents() == (1...3).map { event($0) })
    #expect(try folder.readSamples() == samples)
  }

  @Test func `writes event files for TensorBoard only if told to`() throws {
    _ = try RunRecorder(in: folder, tensorBoard: .omitted)
    #expect(!FileManager.default.fileExists(atPath: folder.tensorBoard.path))
    _ = try RunRecorder(in: folder)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.tensorBoard.path).count == 1)
  }

  @Test func `leaves a NaN readable among the others`() throws {
    let recorder = try RunRecorder(in: folder)
    for (step, loss) in [(1, 1.0), (2, .nan), (3, 3.0)] {
      try recorder.record(event(step, loss: loss))
    }
    let losses = try folder.readEvents().compactMap { $0[.loss] }
    #expect(losses.map(\.isNaN) == [false, true, false])
  }

  @Test func `loses at most the line that a crash cut short`() throws {
    let recorder = try RunRecorder(in: folder)
    try recorder.record(event(1))
    try recorder.record(event(2))
    let whole = try Data(contentsOf: folder.events)
    let second = event(2).line.count
    for cut in 1..<second {
      try whole.dropLast(cut).write(to: folder.events)
      // A line that lacks only its feed is whole.
      #expect(try folder.readEvents().map(\.step) == (cut == 1 ? [1, 2] : [1]))
    }
    try RunRecorder(in: folder).record(event(3))
    #expect(try folder.readEvents().map(\.step) == [1, 3])
  }

  @Test func `is read with an error that names file and line where another line is broken`()
    throws
  {
    try Data("{\"step\":1,\"time\":0}\n{\"step\":\n{\"step\":3,\"time\":0}\n".utf8)
      .write(to: folder.events)
    #expect(
      throws: RunRecordsError.file(
        .malformed(file: folder.events.path, line: 2, reason: "is not valid JSON"))
    ) { try folder.readEvents() }
    try Data("{\"step\":1}\n".utf8).write(to: folder.events)
    #expect(
      throws: RunRecordsError.file(.missingKey(file: folder.events.path, line: 1, key: "time"))
    ) { try folder.readEvents() }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `says that the disk is full, and loses nothing already written`() throws {
    try RunRecorder(in: folder).record(event(1))
    try FileManager.default.createSymbolicLink(
      at: folder.samples, withDestinationURL: URL(fileURLWithPath: "/dev/full"), removing: true)
    let recorder = try RunRecorder(in: folder)
    #expect(
      throws: RunRecordsError.file(
        .unwritable(file: folder.samples.path, reason: "No space left on device"))
    ) { try recorder.record(Sample(step: 1, prompt: "", completion: "")) }
    #expect(try folder.readEvents() == [event(1)])
  }

  @Test func `says which file it cannot open`() throws {
    try FileManager.default.createDirectory(at: folder.events, withIntermediateDirectories: true)
    #expect(
      throws: RunRecordsError.file(
        .unwritable(file: folder.events.path, reason: "Is a directory"))
    ) { try RunRecorder(in: folder) }
  }

  @Test func `leaves out of a sample what JSON cannot hold`() {
    let sample = Sample(
      step: 1, prompt: "", completion: "", rewards: ["proxy": .nan, "gold": 1], kl: .infinity)
    #expect(sample.rewards == ["gold": 1])
    #expect(sample.kl == nil)
  }
}

extension FileManager {
  fileprivate func createSymbolicLink(
    at url: URL, withDestinationURL destination: URL, removing: Bool
  ) throws {
    if removing { try removeItem(at: url) }
    try createSymbolicLink(at: url, withDestinationURL: destination)
  }
}

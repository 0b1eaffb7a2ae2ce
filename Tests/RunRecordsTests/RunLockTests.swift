import FileTestSupport
import Foundation
import Testing

@testable import RunRecords

@Suite struct `The lock of a run folder` {
  private func isHeld(_ folder: URL) -> Bool { RunFolder(at: folder).isBeingWritten }

  @Test func `is held once, and given back`() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.appendingPathComponent("run")
    #expect(!isHeld(run))
    var lock: RunLock? = try RunLock(on: run)
    #expect(lock != nil && isHeld(run))
    #expect(throws: RunRecordsError.inUse(run.path)) { try RunLock(on: run) }
    lock = nil
    #expect(!isHeld(run))
    _ = try RunLock(on: run)
  }

  @Test func `is not made in a folder of other things`() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("letter.txt")
    try Data("Dear".utf8).write(to: file)
    #expect(try RunLock.acquire(for: folder.url) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["letter.txt"])
  }

  @Test func `alone is nothing that a new run would write over`() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.appendingPathComponent("run")
    let lock = try RunLock.acquire(for: run)
    #expect(lock != nil)
    // As a start leaves it that is killed while it writes the manifest.
    try Data().write(to: run.appendingPathComponent(".manifest.json.17.partial"))
    _ = try RunFolder.create(
      at: run, configuration: "", manifest: RunManifest(commandLine: [], seed: 0, versions: [:]))
  }
}

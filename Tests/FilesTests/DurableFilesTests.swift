import FileTestSupport
import Foundation
import Testing

@testable import Files

@Suite struct `Whole files` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `are replaced and leave no temporary file`() throws {
    let url = try folder.file("a.txt", "old, and longer")
    try AtomicFile.write(Data("new".utf8), to: url)
    #expect(try folder.text("a.txt") == "new")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.txt"])
  }

  @Test func `grow piece by piece, and are not there before they are whole`() throws {
    let url = try folder.file("a.txt", "old")
    try AtomicFile.write(to: url) { file in
      for piece in ["new, ", "", "and longer"] {
        try Data(piece.utf8).withUnsafeBytes { try file.write($0) }
        #expect(try folder.text("a.txt") == "old")
      }
    }
    #expect(try folder.text("a.txt") == "new, and longer")
  }

  @Test func `that are given up halfway leave what was there and no temporary file`() throws {
    struct GivenUp: Error {}
    let url = try folder.file("a.txt", "old")
    #expect(throws: FileError.unwritable(file: url.path, reason: "GivenUp()")) {
      try AtomicFile.write(to: url) { file in
        try Data("new".utf8).withUnsafeBytes { try file.write($0) }
        throw GivenUp()
      }
    }
    #expect(try folder.text("a.txt") == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.txt"])
  }

  @Test func `that cannot replace their target leave it and no temporary file`() throws {
    let target = folder.url.appendingPathComponent("occupied")
    try FileManager.default.createDirectory(
      at: target.appendingPathComponent("inside"), withIntermediateDirectories: true)
    #expect(throws: FileError.unwritable(file: target.path, reason: "Is a directory")) {
      try AtomicFile.write(Data("new".utf8), to: target)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["occupied"])
  }

  @Test func `in no folder are an error`() throws {
    let url = try folder.file("file", "x").appendingPathComponent("below")
    #expect(throws: FileError.unwritable(file: url.path, reason: "Not a directory")) {
      try AtomicFile.write(Data(), to: url)
    }
  }
}

@Suite struct `Appending files` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `grow record by record, and continue when opened again`() throws {
    let url = folder.url.appendingPathComponent("log")
    try AppendingFile(at: url).append(Data("a\n".utf8))
    try AppendingFile.lines(at: url).append(Data("b\n".utf8))
    #expect(try folder.text("log") == "a\nb\n")
  }

  @Test func `drop what a crash left of the last line`() throws {
    let url = try folder.file("log", "{\"a\":1}\n{\"a\":")
    try AppendingFile.lines(at: url).append(Data("{\"a\":3}\n".utf8))
    #expect(try folder.text("log") == "{\"a\":1}\n{\"a\":3}\n")
  }

  @Test func `drop what a crash left of the only line`() throws {
    let url = try folder.file("log", "{\"a\":")
    _ = try AppendingFile.lines(at: url)
    #expect(try folder.text("log").isEmpty)
  }

  @Test func `keep a last line that lacks only its feed`() throws {
    let url = try folder.file("log", "{\"a\":1}")
    try AppendingFile.lines(at: url).append(Data("{\"a\":2}\n".utf8))
    #expect(try folder.text("log") == "{\"a\":1}\n{\"a\":2}\n")
  }

  @Test func `keep whole records when many threads append at once`() async throws {
    let url = folder.url.appendingPathComponent("log")
    let file = try AppendingFile(at: url)
    await withTaskGroup { group in
      for number in 0..<50 {
        group.addTask {
          try? file.append(Data((String(repeating: "\(number) ", count: 200) + "\n").utf8))
        }
      }
    }
    let lines = try folder.text("log").split(separator: "\n")
    #expect(lines.count == 50)
    #expect(lines.allSatisfy { Set($0.split(separator: " ")).count == 1 })
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `on a full disk say so`() throws {
    let file = try AppendingFile.lines(at: URL(fileURLWithPath: "/dev/full"))
    #expect(
      throws: FileError.unwritable(file: "/dev/full", reason: "No space left on device")
    ) { try file.append(Data("a\n".utf8)) }
  }

  @Test func `in no folder are an error`() throws {
    let url = folder.url.appendingPathComponent("none/log")
    #expect(throws: FileError.unwritable(file: url.path, reason: "No such file or directory")) {
      try AppendingFile(at: url)
    }
  }
}

import Foundation

/// A folder of its own for one test, removed when the test lets go of it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("rein-run-records-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }
}

/// The whole text of a file.
func text(of url: URL) throws -> String {
  try String(contentsOf: url, encoding: .utf8)
}

/// A moment with a fraction that is exact in binary.
let moment = Date(timeIntervalSince1970: 1_767_225_600.5)

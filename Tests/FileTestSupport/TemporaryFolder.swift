package import Foundation

/// A folder of its own for one test, removed when the test lets go of it.
package final class TemporaryFolder: Sendable {
  /// Where it is.
  package let url: URL

  /// A new folder with nothing in it.
  package init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("rein-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// Writes a file of text.
  package func file(_ name: String, _ text: String) throws -> URL {
    try file(name, Data(text.utf8))
  }

  /// Writes a file.
  package func file(_ name: String, _ bytes: Data) throws -> URL {
    let file = url.appendingPathComponent(name)
    try bytes.write(to: file)
    return file
  }

  /// The text of a file.
  package func text(_ name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }
}

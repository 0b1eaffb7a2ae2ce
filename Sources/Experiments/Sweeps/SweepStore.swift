import Files
import Foundation
import Training

/// Results of an experiment on disk, one file for each run, beside the settings that they have in common.
struct SweepStore: Sendable {
  private let folder: URL

  /// A folder of results; a new one is made.
  ///
  /// - Parameters:
  ///   - folder: Where.
  ///   - settings: What decides a run's numbers. Which runs are wanted, and how many at a time, does not.
  /// - Throws: `TrainingError.configuration` where the folder holds runs with other settings, `FileError` where it cannot be written.
  init(_ folder: URL, settings: some Encodable) throws {
    self.folder = folder
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = try encoder.encode(settings)
    let file = folder.appending(path: "settings.json")
    do {
      try FileManager.default.createDirectory(
        at: folder.appending(path: "results"), withIntermediateDirectories: true)
    } catch {
      throw FileError.unwritable(file: folder.path, reason: error.localizedDescription)
    }
    if let found = try? Data(contentsOf: file) {
      guard found == text else {
        throw TrainingError.configuration(
          key: "output",
          reason:
            "\(folder.path) holds runs with other settings, models or prompts; name another folder or remove it"
        )
      }
    } else {
      try AtomicFile.write(text, to: file)
    }
  }

  /// A result that is there.
  func result<Run: Decodable>(named name: String, as type: Run.Type) throws -> Run? {
    guard let data = try? Data(contentsOf: url(name)) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(type, from: data)
  }

  /// Keeps a result.
  func keep(_ run: some Encodable, named name: String) throws {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try AtomicFile.write(try encoder.encode(run), to: url(name))
  }

  private func url(_ name: String) -> URL {
    folder.appending(path: "results/\(name).json")
  }
}

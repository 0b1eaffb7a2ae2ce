import Files
public import Foundation

extension RunFolder {
  /// Creates the folder of a run, or prepares one that exists.
  ///
  /// A resumed run keeps its events, samples and checkpoints, and its manifest gets another start.
  /// If its configuration changed, the earlier text stays beside it as `configuration-1.yaml`,
  /// `configuration-2.yaml` and so on.
  ///
  /// - Parameters:
  ///   - url: The folder, usually `runs/<name>`.
  ///   - configuration: The resolved configuration, as it shall stand in `configuration.yaml`.
  ///   - manifest: What made the run.
  ///   - existing: What to do if the folder holds something already.
  /// - Returns: The folder, ready for ``RunRecorder``.
  /// - Throws: ``RunRecordsError``; what was in the folder before is then still there.
  public static func create(
    at url: URL, configuration: String, manifest: RunManifest, existing: Existing = .refuse
  ) throws(RunRecordsError) -> RunFolder {
    let folder = RunFolder(at: url)
    let isOccupied = folder.isOccupied
    var manifest = manifest
    switch existing {
    case .refuse:
      guard !isOccupied else { throw .folderNotEmpty(url.path) }
    case .resume:
      guard FileManager.default.fileExists(atPath: folder.manifest.path) else {
        throw .notARun(url.path)
      }
      var earlier = try folder.readManifest()
      earlier.starts += manifest.starts
      earlier.versions.merge(manifest.versions) { $1 }
      manifest = earlier
      try folder.keepConfiguration(unless: configuration)
    case .overwrite:
      // Only a run is written over: the names of its parts are common ones.
      guard !isOccupied || FileManager.default.fileExists(atPath: folder.manifest.path) else {
        throw .notARun(url.path)
      }
      try folder.removeRecords()
    }
    try folder.make(url)
    // The manifest is what makes a folder a run, so it is the first thing in it.
    try folder.write(try folder.json(manifest), to: folder.manifest)
    try folder.write(Data(configuration.utf8), to: folder.configuration)
    try folder.make(folder.checkpoints)
    return folder
  }

  // Beside a lock and what a start leaves that was killed.
  var isOccupied: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.contains {
      $0 != RunLock.fileName && !($0.hasPrefix(".manifest.json.") && $0.hasSuffix(".partial"))
    }
  }

  private func make(_ folder: URL) throws(RunRecordsError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(.unwritable(file: folder.path, reason: "the folder cannot be created"))
    }
  }

  private func removeRecords() throws(RunRecordsError) {
    // The manifest goes last: until then, the folder still counts as a run.
    for item in [
      events, samples, bestAnswers, checkpoints, tensorBoard, report, configuration, manifest,
    ]
    where FileManager.default.fileExists(atPath: item.path) {
      do {
        try FileManager.default.removeItem(at: item)
      } catch {
        throw .file(.unwritable(file: item.path, reason: "it cannot be removed"))
      }
    }
  }

  /// Moves a configuration that differs to the first free numbered name.
  private func keepConfiguration(unless text: String) throws(RunRecordsError) {
    guard let earlier = try? Data(contentsOf: configuration), earlier != Data(text.utf8) else {
      return
    }
    var number = 1
    var kept = configuration
    repeat {
      kept = url.appendingPathComponent("configuration-\(number).yaml")
      number += 1
    } while FileManager.default.fileExists(atPath: kept.path)
    try write(earlier, to: kept)
  }

  private func json(_ manifest: RunManifest) throws(RunRecordsError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    do {
      return try encoder.encode(manifest) + Data("\n".utf8)
    } catch {
      throw .file(.unencodable(type: "RunManifest", reason: "\(error)"))
    }
  }

  private func write(_ contents: Data, to url: URL) throws(RunRecordsError) {
    do throws(FileError) {
      try AtomicFile.write(contents, to: url)
    } catch {
      throw .file(error)
    }
  }
}

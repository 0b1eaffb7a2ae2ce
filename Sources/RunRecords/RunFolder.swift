import Files
public import Foundation

/// The folder of one run, and where things are in it.
///
///     runs/<name>/
///       configuration.yaml     what was asked for, resolved
///       manifest.json          command line, seed, versions, dates
///       events.jsonl           metrics, one line per step
///       samples.jsonl          completions to read, one line each
///       best-of-n.jsonl        what fewer answers would have earned, of a run that chooses among answers
///       checkpoints/           models with all that resuming needs, a folder for each step
///       .lock                  held by the process that writes
///       tensorboard/           event files
public struct RunFolder: Hashable, Sendable {
  /// What to do with a folder that holds something already.
  public enum Existing: Sendable {
    /// Throw an error: nothing gets lost by a typing mistake.
    case refuse
    /// Keep everything and continue behind it.
    case resume
    /// Remove what a run writes, and begin anew. Files that no run writes stay.
    case overwrite
  }

  /// The folder.
  public let url: URL

  /// The configuration, as text.
  public var configuration: URL { RunFolder.configuration(of: url) }

  /// Where the configuration of a run is, or would be.
  public static func configuration(of folder: URL) -> URL {
    folder.appendingPathComponent("configuration.yaml")
  }

  /// The manifest.
  public var manifest: URL { url.appendingPathComponent("manifest.json") }
  /// The metrics.
  public var events: URL { url.appendingPathComponent("events.jsonl") }
  /// The samples.
  public var samples: URL { url.appendingPathComponent("samples.jsonl") }
  /// What fewer answers would have earned, in a run that chooses among answers.
  public var bestAnswers: URL { url.appendingPathComponent("best-of-n.jsonl") }
  /// The folder of checkpoints.
  public var checkpoints: URL { RunFolder.checkpoints(of: url) }

  /// Where the checkpoints of a run are, or would be.
  public static func checkpoints(of folder: URL) -> URL {
    folder.appendingPathComponent("checkpoints")
  }

  /// The folder of TensorBoard's event files.
  public var tensorBoard: URL { url.appendingPathComponent("tensorboard") }
  /// The report, once somebody renders it.
  public var report: URL { url.appendingPathComponent("report.html") }

  /// The folder of a run that exists.
  ///
  /// - Throws: ``RunRecordsError/notARun(_:)``.
  public init(opening url: URL) throws(RunRecordsError) {
    self.init(at: url)
    guard FileManager.default.fileExists(atPath: manifest.path) else { throw .notARun(url.path) }
  }

  init(at url: URL) {
    self.url = url
  }

  /// The manifest's contents.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  public func readManifest() throws(RunRecordsError) -> RunManifest {
    do {
      let decoder = JSONDecoder()
      decoder.dateDecodingStrategy = .iso8601
      return try decoder.decode(RunManifest.self, from: Data(contentsOf: manifest))
    } catch is DecodingError {
      throw .file(
        .malformed(file: manifest.path, line: 1, reason: "is not the manifest of a run"))
    } catch {
      throw .file(.unreadable(file: manifest.path, reason: "\(error)"))
    }
  }

  /// The metrics so far, one event per step; a last line that a crash cut short is left out.
  ///
  /// - Throws: ``RunRecordsError/file(_:)`` with file and line.
  public func readEvents() throws(RunRecordsError) -> [MetricEvent] {
    try read(events)
  }

  /// The samples so far; a last line that a crash cut short is left out.
  ///
  /// - Throws: ``RunRecordsError/file(_:)`` with file and line.
  public func readSamples() throws(RunRecordsError) -> [Sample] {
    try read(samples)
  }

  /// What fewer answers would have earned, from one answer up; empty for a run that does not choose.
  ///
  /// - Throws: ``RunRecordsError/file(_:)`` with file and line.
  public func readBestAnswers() throws(RunRecordsError) -> [BestAnswersRecord] {
    try read(bestAnswers)
  }

  /// A run that has not yet finished a step has no events, which is no error.
  private func read<Row: Decodable>(_ url: URL) throws(RunRecordsError) -> [Row] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    do throws(FileError) {
      return try JSONLines.read(from: url, lastLine: .mayBePartial)
    } catch .empty {
      return []
    } catch {
      throw .file(error)
    }
  }
}

import Feedback
public import Files
public import Foundation
import Synchronization

/// What judges have said before: a file of JSON Lines that only grows.
///
/// A line is `{"key":"…","score":7}` with the score on the judge's own scale. The key is a hash (FNV-1a of 128 bits) of model, rubric,
/// prompt and answer, so that one file serves many runs, and a run that goes on asks nothing twice.
public final class JudgeCache: Sendable {
  private struct Row: Codable {
    var key: String
    var score: Double
  }

  private let file: AppendingFile
  private let scores: Mutex<[String: Double]>

  /// Opens a file, or creates it if there is none.
  ///
  /// - Parameter url: The file.
  /// - Throws: `FileError` with file and line.
  public init(at url: URL) throws(FileError) {
    file = try AppendingFile.lines(at: url)
    var rows: [Row] = []
    do throws(FileError) {
      rows = try JSONLines.read(from: url)
    } catch {
      guard case .empty = error else { throw error }
    }
    scores = Mutex(Dictionary(rows.map { ($0.key, $0.score) }, uniquingKeysWith: { $1 }))
  }

  /// The name of a question.
  static func key(model: String, rubric: String, prompt: String, answer: String) -> String {
    StableHash.wide([model, rubric, prompt, answer])
  }

  subscript(key: String) -> Double? { scores.withLock { $0[key] } }

  /// Keeps a score, in the file too.
  func keep(_ score: Double, for key: String) throws(FileError) {
    try file.append(try JSONLines.line(for: Row(key: key, score: score)))
    scores.withLock { $0[key] = score }
  }
}

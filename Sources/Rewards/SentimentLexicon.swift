public import Files
public import Foundation

/// Words with what they are worth, read from a file such as VADER's.
///
/// A line is a word, a tab, and a number; what follows another tab is not read (VADER has the raters' deviation and their ratings there).
/// Empty lines and lines that begin with `#` and a space are passed over.
public struct SentimentLexicon: Sendable {
  /// The value of each word, in lower case.
  public let values: [String: Double]

  /// A lexicon of words that are there already.
  public init(_ values: [String: Double]) {
    self.values = Dictionary(
      values.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a file.
  ///
  /// - Parameter file: The file.
  /// - Throws: `FileError` with file and line.
  public init(contentsOf file: URL) throws(FileError) {
    let text: String
    do {
      text = try String(contentsOf: file, encoding: .utf8)
    } catch {
      let isThere = FileManager.default.fileExists(atPath: file.path)
      throw .unreadable(file: file.path, reason: isThere ? "it is not UTF-8 text" : "no such file")
    }
    var values: [String: Double] = [:]
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("# ") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count >= 2, !columns[0].isEmpty, let value = Double(columns[1]), value.isFinite
      else {
        throw .malformed(
          file: file.path, line: index + 1, reason: "must be a word, a tab and a finite number")
      }
      let word = columns[0].lowercased()
      guard values.updateValue(value, forKey: word).map({ $0 == value }) ?? true else {
        throw .malformed(
          file: file.path, line: index + 1,
          reason: "gives '\(word)' a second value; remove one of the two lines")
      }
    }
    guard !values.isEmpty else {
      throw .malformed(file: file.path, line: 1, reason: "holds no word with a value")
    }
    self.values = values
  }
}

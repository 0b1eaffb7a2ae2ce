import Files
import Foundation

/// A file of tab-separated rows, as text, with what was odd about its bytes.
struct TabbedFile {
  struct Row {
    var line: Int
    var columns: [Substring]
  }

  var file: String
  var rows: [Row] = []
  var irregularities: [RatingsIrregularity] = []

  /// Reads rows of exactly `names.count` columns; the last may itself hold tabs.
  init(at url: URL, columns names: [String]) throws(FeedbackError) {
    file = url.path
    let contents: Data
    do throws(FileError) {
      contents = try JSONLines.contents(of: url)
    } catch {
      throw .file(error)
    }
    if contents.starts(with: [0xEF, 0xBB, 0xBF]) {
      irregularities.append(.byteOrderMark(file: file))
    }
    for line in JSONLines.lines(in: contents) {
      let columns = text(of: line)
        .split(separator: "\t", maxSplits: names.count - 1, omittingEmptySubsequences: false)
      guard columns.count == names.count else {
        throw malformed(
          line.number, "has \(columns.count) columns, but needs \(names.joined(separator: ", "))")
      }
      rows.append(Row(line: line.number, columns: columns))
    }
    guard !rows.isEmpty else { throw .file(.empty(file: file)) }
  }

  func malformed(_ line: Int, _ reason: String) -> FeedbackError {
    .file(.malformed(file: file, line: line, reason: reason))
  }

  func number(_ column: Substring, _ name: String, line: Int) throws(FeedbackError) -> Double {
    guard let number = Double(column), number.isFinite else {
      throw malformed(line, "the \(name) '\(column)' is not a number")
    }
    return number
  }

  private mutating func text(of line: JSONLines.Line) -> String {
    if let text = String(data: line.bytes, encoding: .utf8) { return text }
    irregularities.append(.otherEncoding(file: file, line: line.number))
    // Windows-1252 leaves five bytes undefined; Latin-1 defines all, so nothing is dropped.
    return String(data: line.bytes, encoding: .windowsCP1252)
      ?? String(String.UnicodeScalarView(line.bytes.map { Unicode.Scalar($0) }))
  }
}

/// The texts of one domain.
struct TextTable {
  struct Row {
    var line: Int
    var identifier: String
    var statedMean: Double
    var text: String
  }

  var file: String
  var rows: [Row] = []
  var lines: [String: Int] = [:]
  var irregularities: [RatingsIrregularity]

  init(at url: URL) throws(FeedbackError) {
    let table = try TabbedFile(at: url, columns: ["identifier", "mean", "text"])
    file = table.file
    irregularities = table.irregularities
    for row in table.rows {
      let identifier = String(row.columns[0])
      guard lines.updateValue(row.line, forKey: identifier) == nil else {
        throw .duplicateIdentifier(file: file, line: row.line, identifier: identifier)
      }
      let mean = try table.number(row.columns[1], "mean", line: row.line)
      guard !row.columns[2].allSatisfy(\.isWhitespace) else {
        throw table.malformed(row.line, "the text is empty")
      }
      rows.append(
        Row(
          line: row.line, identifier: identifier, statedMean: mean, text: String(row.columns[2])))
    }
  }
}

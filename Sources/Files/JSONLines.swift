public import Foundation

/// Files with one JSON object per line, read and written as values.
///
/// A byte order mark, carriage returns before line feeds and blank lines are tolerated; keys that
/// the row type does not know are ignored.
public enum JSONLines {
  /// What the end of a file may look like.
  public enum LastLine: Sendable {
    /// Every line must be whole: data sets.
    case mustBeWhole
    /// The last line may have been cut short by a crash, and is then dropped: logs.
    case mayBePartial
  }

  /// Reads all rows of a file.
  ///
  /// - Throws: ``FileError`` with the file and the line; ``FileError/empty(file:)`` if no line
  ///   holds a row.
  public static func read<Row: Decodable>(
    _ type: Row.Type = Row.self, from url: URL, lastLine: LastLine = .mustBeWhole
  ) throws(FileError) -> [Row] {
    let contents = try contents(of: url)
    let lines = lines(in: contents)
    let isCutShort = contents.last != UInt8(ascii: "\n")
    let decoder = JSONDecoder()
    var rows: [Row] = []
    rows.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      do throws(FileError) {
        rows.append(try row(type, from: line, file: url.path, decoder: decoder))
      } catch {
        let isLast = index == lines.count - 1
        guard isLast, isCutShort, lastLine == .mayBePartial else { throw error }
      }
    }
    guard !lines.isEmpty else { throw .empty(file: url.path) }
    return rows
  }

  /// Writes rows as a whole file, replacing what was there in one step.
  ///
  /// - Throws: ``FileError/unwritable(file:reason:)`` or ``FileError/unencodable(type:reason:)``.
  public static func write<Row: Encodable>(_ rows: [Row], to url: URL) throws(FileError) {
    var contents = Data()
    for row in rows { contents += try line(for: row) }
    try AtomicFile.write(contents, to: url)
  }

  /// One row as it stands in a file: sorted keys, on one line, with its line feed.
  ///
  /// - Throws: ``FileError/unencodable(type:reason:)``, for instance for a number that is NaN.
  public static func line<Row: Encodable>(for row: Row) throws(FileError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(row) + Data("\n".utf8)
    } catch {
      throw .unencodable(type: "\(Row.self)", reason: "\(error)")
    }
  }
}

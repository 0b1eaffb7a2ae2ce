public import Files
public import Foundation

extension JSONLines {
  /// Reads the rows of a data set, each with its place.
  ///
  /// - Parameters:
  ///   - type: The kind of row.
  ///   - url: The file.
  /// - Returns: The rows in the order of their lines, at least one.
  /// - Throws: ``FileError`` with file, line, key and what to do.
  public static func rows<Row: DatasetRow>(
    _ type: Row.Type = Row.self, from url: URL
  ) throws(FileError) -> [PlacedRow<Row>] {
    let lines = lines(in: try contents(of: url))
    guard !lines.isEmpty else { throw .empty(file: url.path) }
    var rows: [PlacedRow<Row>] = []
    rows.reserveCapacity(lines.count)
    for line in lines {
      let fields = try RowFields(line, file: url.path)
      rows.append(PlacedRow(row: try Row(fields), place: fields.place))
    }
    return rows
  }
}

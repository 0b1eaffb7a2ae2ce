public import Files

/// Where a row of a data set stands.
public struct RowPlace: Hashable, Sendable, CustomStringConvertible {
  /// The file's path.
  public var file: String
  /// The line, counted from 1 as editors do.
  public var line: Int

  /// A place.
  ///
  /// - Parameters:
  ///   - file: The file's path.
  ///   - line: The line, from 1.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// The place as compilers write it.
  public var description: String { "\(file):\(line)" }

  /// Something wrong with the row, found while it was read or later.
  ///
  /// - Parameter reason: What is wrong, and what to do about it.
  /// - Returns: The error.
  public func refused(_ reason: String) -> FileError {
    .malformed(file: file, line: line, reason: reason)
  }
}

/// A row that remembers where it stands, so that whatever turns out to be wrong with it can be said of its line.
public struct PlacedRow<Row: Sendable>: Sendable {
  /// The row.
  public var row: Row
  /// Where it stands.
  public var place: RowPlace
}

/// A kind of row that data sets hold, in the names and keys of TRL's data set formats; other columns are ignored.
public protocol DatasetRow: Sendable {
  /// Reads and checks a row.
  ///
  /// - Parameter fields: What stands on its line.
  /// - Throws: ``FileError`` with file, line, key and what to do.
  init(_ fields: RowFields) throws(FileError)
}

/// What went wrong with a file of records, and where in it.
///
/// Every case names the file; those about contents name the line, counted from 1 as editors do.
public enum FileError: Error, Hashable, Sendable {
  /// The file could not be opened or read.
  case unreadable(file: String, reason: String)
  /// The file or folder could not be created or written.
  case unwritable(file: String, reason: String)
  /// The file has no record in it.
  case empty(file: String)
  /// A line is not what the format demands.
  case malformed(file: String, line: Int, reason: String)
  /// A record lacks a key that it must have.
  case missingKey(file: String, line: Int, key: String)
  /// A key of a record has a value of the wrong kind or out of range.
  case wrongValue(file: String, line: Int, key: String, reason: String)
  /// A record cannot be written as JSON.
  case unencodable(type: String, reason: String)
}

extension FileError: CustomStringConvertible {
  /// The error in one sentence, with what to do about it.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read (\(reason)); check the path and its permissions"
    case .unwritable(let file, let reason):
      "\(file): cannot be written (\(reason)); what was written before is still there"
    case .empty(let file):
      "\(file): holds no records; give a file with one JSON object per line"
    case .malformed(let file, let line, let reason):
      "\(file):\(line): \(reason)"
    case .missingKey(let file, let line, let key):
      "\(file):\(line): the key '\(key)' is missing; add it to this row"
    case .wrongValue(let file, let line, let key, let reason):
      "\(file):\(line): the key '\(key)' \(reason)"
    case .unencodable(let type, let reason):
      "a record of type \(type) cannot be written as JSON (\(reason))"
    }
  }
}

public import Files

/// What went wrong with the records of a run.
public enum RunRecordsError: Error, Hashable, Sendable {
  /// A file of the run could not be read, written or understood.
  case file(FileError)
  /// The folder holds something already, and nobody said what to do with it.
  case folderNotEmpty(String)
  /// The folder is to be resumed or opened, but holds no run.
  case notARun(String)
  /// Another process writes into the folder.
  case inUse(String)
}

extension RunRecordsError: CustomStringConvertible {
  /// The error in one sentence, with what to do about it.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .folderNotEmpty(let folder):
      "\(folder): exists and is not empty; --resume goes on with a run, --overwrite writes over it; or choose another name"
    case .notARun(let folder):
      "\(folder): holds no run (there is no manifest.json); check the path"
    case .inUse(let folder):
      "\(folder): another process writes into this run; wait for it, stop it, or choose another name"
    }
  }
}

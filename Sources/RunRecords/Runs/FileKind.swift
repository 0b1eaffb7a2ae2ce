import Foundation

/// What stands at a path.
enum FileKind: Hashable {
  case folder, file, link, other, nothing

  /// What stands there itself; a link is a link.
  init(of url: URL) {
    var status = stat()
    self = lstat(url.path, &status) == 0 ? FileKind(status) : .nothing
  }

  /// What a link leads to.
  init(following url: URL) {
    var status = stat()
    self = stat(url.path, &status) == 0 ? FileKind(status) : .nothing
  }

  private init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFDIR: self = .folder
    case S_IFREG: self = .file
    case S_IFLNK: self = .link
    default: self = .other
    }
  }
}

/// The bytes in a file, or in all files below a folder; links count nothing and are not followed.
func bytesOnDisk(at url: URL) -> Int {
  switch FileKind(of: url) {
  case .file:
    var status = stat()
    return lstat(url.path, &status) == 0 ? Int(status.st_size) : 0
  case .folder:
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.reduce(0) { $0 + bytesOnDisk(at: url.appendingPathComponent($1)) }
  default: return 0
  }
}

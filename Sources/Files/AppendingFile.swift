public import Foundation
import Synchronization

/// A file that only grows, record by record, and never holds half a record for long.
///
/// One call of ``append(_:)`` is one write of the system, so that a crash loses at most the record
/// being written. When a write is cut short (a full disk), the part that got out is taken back, so
/// the file still ends with a whole record and a later append continues cleanly.
public final class AppendingFile: Sendable {
  /// Where the file is.
  public let url: URL
  private let descriptor: Mutex<Int32>

  /// Opens the file for appending, and creates it if there is none.
  ///
  /// - Throws: ``FileError/unwritable(file:reason:)``.
  public init(at url: URL) throws(FileError) {
    self.url = url
    let descriptor = open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .unwritable(file: url.path, reason: SystemFailure.last.reason)
    }
    self.descriptor = Mutex(descriptor)
  }

  /// Opens a file of lines for appending, after repair of a last line that a crash cut short.
  ///
  /// Without the repair, the next record would be glued to the remains and both would be lost. A
  /// last line that lacks only its line feed gets it; other remains are removed.
  ///
  /// - Throws: ``FileError/unreadable(file:reason:)`` or ``FileError/unwritable(file:reason:)``.
  public static func lines(at url: URL) throws(FileError) -> AppendingFile {
    let file = try AppendingFile(at: url)
    guard let size = regularFileSize(url), size > 0 else { return file }
    let contents = try JSONLines.contents(of: url)
    guard contents.last != UInt8(ascii: "\n") else { return file }
    let end = contents.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? contents.startIndex
    if (try? JSONSerialization.jsonObject(with: Data(contents[end...]))) != nil {
      try file.append(Data("\n".utf8))
    } else if truncate(url.path, off_t(end - contents.startIndex)) != 0 {
      throw .unwritable(file: url.path, reason: SystemFailure.last.reason)
    }
    return file
  }

  /// Writes one record at the end.
  ///
  /// - Throws: ``FileError/unwritable(file:reason:)``; records written before are untouched.
  public func append(_ record: Data) throws(FileError) {
    let failure = descriptor.withLock { descriptor -> String? in
      let end = lseek(descriptor, 0, SEEK_END)
      do {
        try record.withUnsafeBytes { try GrowingFile(descriptor: descriptor).write($0) }
        return nil
      } catch {
        if end >= 0 { _ = ftruncate(descriptor, end) }
        return (error as? SystemFailure)?.reason ?? "\(error)"
      }
    }
    if let failure { throw .unwritable(file: url.path, reason: failure) }
  }

  /// Waits until everything appended is on the disk.
  ///
  /// - Throws: ``FileError/unwritable(file:reason:)``.
  public func synchronize() throws(FileError) {
    let failure = descriptor.withLock { fsync($0) == 0 ? nil : SystemFailure.last.reason }
    if let failure { throw .unwritable(file: url.path, reason: failure) }
  }

  deinit {
    descriptor.withLock { _ = close($0) }
  }

  /// The size, or nil for what is no regular file (a device, a pipe) and so cannot be repaired.
  private static func regularFileSize(_ url: URL) -> Int? {
    var status = stat()
    guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }
}

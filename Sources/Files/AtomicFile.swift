public import Foundation

/// Writing of whole files such that a reader sees the old contents or the new, never a mixture.
public enum AtomicFile {
  /// Replaces the file at a place, or creates it.
  ///
  /// - Parameters:
  ///   - contents: All that it is to hold.
  ///   - url: The file.
  /// - Throws: ``FileError/unwritable(file:reason:)``; the old file is then as it was.
  public static func write(_ contents: Data, to url: URL) throws(FileError) {
    try write(to: url) { file in
      try contents.withUnsafeBytes { try file.write($0) }
    }
  }

  /// Replaces the file at a place, or creates it, with what is written a piece at a time.
  ///
  /// The bytes go to a temporary file in the same folder, which is flushed to the disk and then renamed; a crash, a full disk
  /// or an error on the way leaves the old file as it was.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - body: Writes all that it is to hold.
  /// - Throws: ``FileError/unwritable(file:reason:)``.
  public static func write(to url: URL, _ body: (GrowingFile) throws -> Void) throws(FileError) {
    let folder = url.deletingLastPathComponent()
    let suffix = UInt32.random(in: .min ... .max)
    let partial = folder.appendingPathComponent(".\(url.lastPathComponent).\(suffix).partial").path
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .unwritable(file: url.path, reason: SystemFailure.last.reason)
    }
    var failure: (any Error)?
    do {
      try body(GrowingFile(descriptor: descriptor))
      try SystemFailure.check(fsync(descriptor))
    } catch {
      failure = error
    }
    do {
      // Some file systems report a full disk only here.
      try SystemFailure.check(close(descriptor))
      if failure == nil { try SystemFailure.check(rename(partial, url.path)) }
    } catch {
      failure = failure ?? error
    }
    if let failure {
      unlink(partial)
      throw .unwritable(
        file: url.path, reason: (failure as? SystemFailure)?.reason ?? "\(failure)")
    }
    DurableFolder.flush(folder)
  }
}

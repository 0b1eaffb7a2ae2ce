public import Foundation

/// Writing of whole files such that a reader sees the old contents or the new, never a mixture.
public enum AtomicFile {
  /// Replaces the file at `url`, or creates it.
  ///
  /// The bytes go to a temporary file in the same folder, which is flushed to the disk and then
  /// renamed; a crash or a full disk on the way leaves the old file as it was.
  ///
  /// - Throws: ``FileError/unwritable(file:reason:)``.
  public static func write(_ contents: Data, to url: URL) throws(FileError) {
    let target = url.path
    let folder = url.deletingLastPathComponent()
    let suffix = UInt32.random(in: .min ... .max)
    let temporary = folder.appendingPathComponent(".\(url.lastPathComponent).\(suffix).partial")
      .path

    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .unwritable(file: target, reason: systemReason())
    }
    var failure: String?
    if writeAll(contents, to: descriptor) < contents.count || fsync(descriptor) != 0 {
      failure = systemReason()
    }
    // Some file systems report a full disk only here.
    if close(descriptor) != 0, failure == nil { failure = systemReason() }
    if failure == nil, rename(temporary, target) != 0 { failure = systemReason() }
    if let failure {
      unlink(temporary)
      throw .unwritable(file: target, reason: failure)
    }
    flushFolder(folder.path)
  }

  /// Makes the rename itself durable; a file system that cannot do so still has the new file.
  private static func flushFolder(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// The system's words for the last failed call.
func systemReason() -> String {
  String(cString: strerror(errno))
}

/// Writes until all bytes are out or a call fails, and returns how many went out.
func writeAll(_ bytes: Data, to descriptor: Int32) -> Int {
  bytes.withUnsafeBytes { buffer in
    var written = 0
    while written < buffer.count {
      let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    return written
  }
}

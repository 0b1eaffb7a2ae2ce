import Files
public import Foundation

/// The right to write into a run folder, held by one process at a time.
///
/// The system gives a lock back when its process ends, however it ends, so that a killed run never blocks its resumption.
public final class RunLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock, in a file `.lock` of the folder.
  ///
  /// - Parameter folder: The run folder, which is made where there is none.
  /// - Throws: ``RunRecordsError/inUse(_:)`` where another process writes there, ``RunRecordsError/file(_:)`` where nothing
  ///   can be written.
  public init(on folder: URL) throws(RunRecordsError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(.unwritable(file: folder.path, reason: "the folder cannot be created"))
    }
    let file = folder.appendingPathComponent(RunLock.fileName)
    descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .file(.unwritable(file: file.path, reason: SystemFailure.last.reason))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let reason = SystemFailure.last.reason
      close(descriptor)
      throw isTaken ? .inUse(folder.path) : .file(.unwritable(file: file.path, reason: reason))
    }
  }

  /// Takes the lock of a folder that is a run or can become one.
  ///
  /// - Parameter folder: The run folder.
  /// - Returns: The lock; nil where the folder holds something else, in which nothing is written.
  /// - Throws: ``RunRecordsError``.
  public static func acquire(for folder: URL) throws(RunRecordsError) -> RunLock? {
    let run = RunFolder(at: folder)
    guard !run.isOccupied || FileManager.default.fileExists(atPath: run.manifest.path) else {
      return nil
    }
    return try RunLock(on: folder)
  }

  deinit { close(descriptor) }

  /// What the file is called.
  static let fileName = ".lock"
}

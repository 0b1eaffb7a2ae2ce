import Foundation

extension RunFolder {
  private var lockFile: URL { url.appendingPathComponent(RunLock.fileName) }

  /// Whether a program is writing this run at the moment.
  ///
  /// A lock that cannot be tried counts as held.
  public var isBeingWritten: Bool {
    withoutWriter { true } == nil
  }

  /// Does something while no run can begin to write here.
  ///
  /// - Parameter work: What to do.
  /// - Returns: What `work` returns, or nil where a program is writing the run; nothing was then done.
  /// - Throws: What `work` throws.
  public func withoutWriter<Result>(_ work: () throws -> Result) rethrows -> Result? {
    let descriptor = open(lockFile.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0 { return errno == ENOENT ? try work() : nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    return try work()
  }
}

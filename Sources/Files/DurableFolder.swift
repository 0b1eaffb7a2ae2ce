public import Foundation

/// Folders that take their names when all that is in them is on the disk.
public enum DurableFolder {
  /// Gives a finished folder its name.
  ///
  /// - Parameters:
  ///   - folder: The folder, whose files have been flushed by whoever wrote them.
  ///   - place: Its name from now on; there is nothing of that name yet.
  /// - Throws: ``FileError/unwritable(file:reason:)``.
  public static func rename(_ folder: URL, to place: URL) throws(FileError) {
    flush(folder)
    guard Foundation.rename(folder.path, place.path) == 0 else {
      throw .unwritable(file: place.path, reason: SystemFailure.last.reason)
    }
    flush(place.deletingLastPathComponent())
  }

  /// Makes a symbolic link lead to a neighbour, in one step where it led elsewhere before.
  ///
  /// - Parameters:
  ///   - link: The link.
  ///   - place: A file or folder beside it.
  /// - Throws: ``FileError/unwritable(file:reason:)``.
  public static func link(_ link: URL, to place: URL) throws(FileError) {
    let folder = link.deletingLastPathComponent()
    let partial = folder.appending(path: ".\(link.lastPathComponent).partial").path
    unlink(partial)
    guard symlink(place.lastPathComponent, partial) == 0,
      Foundation.rename(partial, link.path) == 0
    else {
      throw .unwritable(file: link.path, reason: SystemFailure.last.reason)
    }
  }

  // A file system that cannot make a name durable has it all the same.
  static func flush(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

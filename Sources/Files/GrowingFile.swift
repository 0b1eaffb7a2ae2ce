import Foundation

/// A file that is being written, open for more.
public struct GrowingFile {
  let descriptor: Int32

  /// Writes at the end, all of it or with an error.
  ///
  /// - Parameter bytes: What is written.
  /// - Throws: What the system says, a full disk among it.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let count = Foundation.write(descriptor, piece.baseAddress, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure.last }
      rest = rest.dropFirst(count)
    }
  }
}

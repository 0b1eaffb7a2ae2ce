import Files
package import Foundation

/// A regular file, open for reading.
///
/// It is read by place and not mapped: a file that shrinks while it is open is an error then, and not a signal. Pipes and devices, on
/// which a reader could wait for ever, are refused. Links are followed, since the hub's cache keeps its files behind them.
package final class RegularFile: Sendable {
  package let path: String
  package let byteCount: Int
  private let descriptor: Int32

  package init(_ url: URL) throws(WeightError) {
    path = url.path
    // Without O_NONBLOCK, opening a pipe waits for its other end.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: SystemFailure.last.reason) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(file: path, reason: "it is not a regular file")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with what stands from a place on.
  package func read(at start: Int, into buffer: UnsafeMutableRawBufferPointer)
    throws(WeightError)
  {
    var rest = buffer[...]
    while !rest.isEmpty {
      let place = off_t(start + rest.startIndex)
      let target = UnsafeMutableRawBufferPointer(rebasing: rest)
      let count = pread(descriptor, target.baseAddress, target.count, place)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw .unreadable(
          file: path,
          reason: count < 0 ? SystemFailure.last.reason : "it became shorter while it was read")
      }
      rest = rest.dropFirst(count)
    }
  }

  /// A part of the file, in memory.
  package func bytes(_ range: Range<Int>) throws(WeightError) -> Data {
    var bytes = Data(count: range.count)
    let outcome = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(WeightError) in try read(at: range.lowerBound, into: buffer) }
    }
    try outcome.get()
    return bytes
  }

  /// The whole of a file that is small.
  ///
  /// - Parameter url: The file.
  /// - Returns: Its bytes.
  /// - Throws: `WeightError.unreadable`, also where it is larger than any honest JSON beside weights.
  package static func contents(of url: URL) throws(WeightError) -> Data {
    let file = try RegularFile(url)
    guard file.byteCount <= StrictJSON.longest else {
      throw .unreadable(
        file: file.path,
        reason: "\(file.byteCount) bytes are more than the \(StrictJSON.longest) that are read")
    }
    return try file.bytes(0..<file.byteCount)
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file descriptor that is closed when nothing holds it any more, and that no other program inherits.
final class Descriptor {
  let number: Int32
  private var isOpen = true

  init(_ number: Int32) {
    self.number = number
  }

  deinit { close() }

  func close() {
    guard isOpen else { return }
    isOpen = false
    #if canImport(Darwin)
      _ = Darwin.close(number)
    #elseif canImport(Musl)
      _ = Musl.close(number)
    #else
      _ = Glibc.close(number)
    #endif
  }

  /// The two ends of a connection.
  ///
  /// Not those of a pipe: one can write to a connection without a signal when nobody reads, and can keep it from other programs from the start.
  static func connection() throws(SystemError) -> (ours: Descriptor, theirs: Descriptor) {
    var ends: [Int32] = [-1, -1]
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #elseif canImport(Musl)
      let kind = SOCK_STREAM | SOCK_CLOEXEC
    #else
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError() }
    #if canImport(Darwin)
      var on: Int32 = 1
      setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
    return (Descriptor(ends[0]).kept(), Descriptor(ends[1]).kept())
  }

  /// Where output can be sent that nobody wants.
  static func nowhere() throws(SystemError) -> Descriptor {
    let number = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError() }
    return Descriptor(number)
  }

  /// Keeps it from programs that are started; where the system cannot do so from the start, this comes a moment late.
  private func kept() -> Descriptor {
    #if canImport(Darwin)
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    #endif
    return self
  }

  /// Makes reading and writing answer at once instead of waiting.
  func stopWaiting() {
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
  }

  /// What can be read now.
  func read() -> Reading {
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
      while true {
        #if canImport(Darwin)
          let count = Darwin.read(number, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
          let count = Musl.read(number, buffer.baseAddress, buffer.count)
        #else
          let count = Glibc.read(number, buffer.baseAddress, buffer.count)
        #endif
        if count > 0 { return .bytes(Array(buffer[..<count])) }
        if count == 0 { return .end }
        if errno == EINTR { continue }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .nothingYet : .end
      }
    }
  }

  /// Sends to the other end of a connection, and returns how many bytes went; nil if nobody is there.
  func send(_ bytes: some Collection<UInt8>) -> Int? {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #elseif canImport(Musl)
      let flags = MSG_NOSIGNAL
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    let bytes = Array(bytes)
    #if canImport(Darwin)
      let count = Darwin.send(number, bytes, bytes.count, flags)
    #elseif canImport(Musl)
      let count = Musl.send(number, bytes, bytes.count, flags)
    #else
      let count = Glibc.send(number, bytes, bytes.count, flags)
    #endif
    if count >= 0 { return count }
    return [EINTR, EAGAIN, EWOULDBLOCK].contains(errno) ? 0 : nil
  }

  /// What came out of reading.
  enum Reading {
    case bytes([UInt8])
    case nothingYet
    case end
  }
}

/// What the system says about a call that failed.
struct SystemError: Error {
  var reason: String

  init(_ code: Int32 = errno) {
    reason = String(cString: strerror(code))
  }
}

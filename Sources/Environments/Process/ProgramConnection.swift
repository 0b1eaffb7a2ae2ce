#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Questions to a program and its answers, a line each, none later than allowed.
///
/// While it waits it takes what the program writes to its standard error, so that neither waits for the other for ever. The first failure
/// ends the program, and is the answer to everything asked later.
struct ProgramConnection {
  /// No observation is that long; a program that writes no line feed must not fill the memory.
  static let longestLine = 64 << 20
  private static let longestErrors = 8192

  let title: String
  let timeout: Double
  private let program: ChildProgram
  private var unread: [UInt8] = []
  private var errors: [UInt8] = []
  private var hasErrors = true
  private var failure: ProgramFailure?

  init(_ command: [String], title: String, timeout: Double) throws(EnvironmentError) {
    self.title = title
    self.timeout = timeout
    do {
      program = try ChildProgram(command)
    } catch {
      throw .program(
        ProgramFailure(
          title: title, request: "to start", reason: .notStarted(reason: error.reason),
          lastErrors: []))
    }
  }

  /// Sends a line and returns the one that comes back.
  mutating func answer(to request: String) throws(EnvironmentError) -> [UInt8] {
    try expectUsable()
    receiveWaiting()
    guard unread.isEmpty else { throw fail(.unasked(line: Self.quoted(unread)), request) }
    return try line(sending: Array((request + "\n").utf8), request)
  }

  /// The line that comes without having been asked for: the program's introduction.
  mutating func introduction(as request: String) throws(EnvironmentError) -> [UInt8] {
    try expectUsable()
    return try line(sending: [], request)
  }

  /// Ends the program because of what it answered.
  ///
  /// - Parameters:
  ///   - reason: What is wrong.
  ///   - request: What was asked.
  /// - Returns: The error to throw.
  mutating func fail(_ reason: ProgramFailure.Reason, _ request: String) -> EnvironmentError {
    program.end()
    receiveErrors()
    let failure = ProgramFailure(
      title: title, request: request, reason: reason, lastErrors: lastErrors)
    self.failure = failure
    return .program(failure)
  }

  /// Asks the program to end, and ends it if it does not.
  mutating func close(grace: Double) {
    guard failure == nil else { return }
    _ = program.input.send(Array("{\"close\":{}}\n".utf8))
    program.input.close()
    waitForEnd(atMost: grace)
    _ = fail(.closed, "anything more")
  }

  private func expectUsable() throws(EnvironmentError) {
    if let failure { throw .program(failure) }
  }

  private mutating func line(
    sending bytes: [UInt8], _ request: String
  ) throws(EnvironmentError) -> [UInt8] {
    let deadline = ContinuousClock.now + .seconds(timeout)
    var unsent = bytes[...]
    while true {
      let rest = deadline - .now
      guard rest > .zero else { throw fail(.noAnswer(seconds: timeout), request) }
      let isListening = wait(forAnswer: true, toSend: !unsent.isEmpty, atMost: rest)
      receiveErrors()
      if !unsent.isEmpty {
        guard let count = program.input.send(unsent) else { throw fail(endOfProgram(), request) }
        unsent = unsent.dropFirst(count)
      }
      switch program.output.read() {
      case .nothingYet where isListening: continue
      case .nothingYet, .end: throw fail(endOfProgram(), request)
      case .bytes(let bytes):
        guard let end = Self.lineFeed(in: bytes) else {
          unread += bytes
          guard unread.count <= Self.longestLine else {
            throw fail(.lineTooLong(limit: Self.longestLine), request)
          }
          continue
        }
        defer { unread = Array(bytes[(end + 1)...]) }
        unread += bytes[..<end]
        return unread
      }
    }
  }

  /// Waits until there is something to read, or room to send.
  ///
  /// - Returns: Whether the program still has its input open; one that has not will never answer again.
  @discardableResult
  private func wait(forAnswer: Bool, toSend: Bool, atMost duration: Duration) -> Bool {
    var descriptors: [pollfd] = []
    if forAnswer { descriptors.append(pollfd(program.input, toSend ? Int32(POLLOUT) : 0)) }
    if forAnswer { descriptors.append(pollfd(program.output, Int32(POLLIN))) }
    if hasErrors { descriptors.append(pollfd(program.errors, Int32(POLLIN))) }
    let milliseconds = (duration / .milliseconds(1)).rounded(.up)
    poll(&descriptors, nfds_t(descriptors.count), Int32(min(milliseconds, 60_000)))
    return !forAnswer || Int32(descriptors[0].revents) & Int32(POLLHUP | POLLERR) == 0
  }

  /// Takes what the program has written without being asked.
  private mutating func receiveWaiting() {
    receiveErrors()
    if unread.isEmpty, case .bytes(let bytes) = program.output.read() { unread = bytes }
  }

  /// Takes what the program has complained about, and keeps the end of it.
  private mutating func receiveErrors() {
    guard hasErrors else { return }
    // A program that floods must not keep us here: at most a pipe's worth at a time.
    for _ in 0..<4 {
      switch program.errors.read() {
      case .nothingYet: return
      case .end: return hasErrors = false
      case .bytes(let bytes): errors = (errors + bytes).suffix(Self.longestErrors)
      }
    }
  }

  /// How the program ended, now that it no longer reads or writes.
  private mutating func endOfProgram() -> ProgramFailure.Reason {
    waitForEnd(atMost: 1)
    return program.hasEnded ? program.end() : .closedStream
  }

  private mutating func waitForEnd(atMost seconds: Double) {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !program.hasEnded, ContinuousClock.now < deadline {
      wait(forAnswer: false, toSend: false, atMost: .milliseconds(5))
      receiveErrors()
      if hasErrors { usleep(1000) }
    }
  }

  private var lastErrors: [String] {
    String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isNewline)
      .suffix(10).map { Self.quoted(Array($0.utf8)) }
  }

  /// Where a line ends; the C library looks faster than a loop.
  private static func lineFeed(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return nil }
      return memchr(start, Int32(UInt8(ascii: "\n")), buffer.count).map {
        UnsafeRawPointer($0) - start
      }
    }
  }

  /// The beginning of a line, enough to recognise it.
  static func quoted(_ line: [UInt8]) -> String {
    let text = String(decoding: line.prefix(200), as: UTF8.self)
    return line.count > 200 ? text + "…" : text
  }
}

extension pollfd {
  fileprivate init(_ descriptor: Descriptor, _ events: Int32) {
    self.init(fd: descriptor.number, events: Int16(events), revents: 0)
  }
}

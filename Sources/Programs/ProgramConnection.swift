#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Questions to a program and its answers, a line each, none later than allowed.
///
/// While it waits it takes what the program writes to its standard error, and sends what has not gone out yet, so that neither waits
/// for the other for ever. The first failure ends the program, and is the answer to everything asked later.
package struct ProgramConnection {
  /// No answer is that long; a program that writes no line feed must not fill the memory.
  package static let longestLine = 64 << 20
  private static let longestErrors = 8192
  // What is handed to the system at once: a connection takes less.
  private static let longestPiece = 1 << 18

  package let role: ProgramFailure.Role
  package let title: String
  package let timeout: Double
  private let program: ChildProgram
  private var unsent: ArraySlice<UInt8> = []
  private var lines: [[UInt8]] = []
  private var unread: [UInt8] = []
  private var errors: [UInt8] = []
  private var hasErrors = true
  private var failure: ProgramFailure?

  package init(
    _ command: [String], role: ProgramFailure.Role, title: String, timeout: Double
  ) throws(ProgramFailure) {
    self.role = role
    self.title = title
    self.timeout = timeout
    do {
      program = try ChildProgram(command)
    } catch {
      throw ProgramFailure(
        role: role, title: title, request: "to start", reason: .notStarted(reason: error.reason),
        lastErrors: [])
    }
  }

  /// Sends a line and returns the one that comes back.
  package mutating func answer(to request: String) throws(ProgramFailure) -> [UInt8] {
    try expectQuiet(before: request)
    send(request)
    return try line(for: request)
  }

  /// Ends the program if it has written anything without being asked.
  package mutating func expectQuiet(before request: String) throws(ProgramFailure) {
    try expectUsable()
    receiveErrors()
    if lines.isEmpty, unread.isEmpty, case .bytes(let bytes) = program.output.read() {
      receive(bytes)
    }
    guard let first = lines.first ?? (unread.isEmpty ? nil : unread) else { return }
    throw fail(.unasked(line: Self.quoted(first)), request)
  }

  /// Puts a line on its way; it goes out while answers are waited for.
  package mutating func send(_ request: String) {
    unsent += Array((request + "\n").utf8)
  }

  /// The next line that the program writes.
  ///
  /// - Parameter request: What it was asked, for errors.
  /// - Returns: The line, without its line feed.
  /// - Throws: `ProgramFailure`, also if no line comes for as long as the program may take.
  package mutating func line(for request: String) throws(ProgramFailure) -> [UInt8] {
    try expectUsable()
    let deadline = ContinuousClock.now + .seconds(timeout)
    while lines.isEmpty {
      let rest = deadline - .now
      guard rest > .zero else { throw fail(.noAnswer(seconds: timeout), request) }
      let isListening = wait(forAnswer: true, toSend: !unsent.isEmpty, atMost: rest)
      receiveErrors()
      if !unsent.isEmpty {
        guard let count = program.input.send(unsent.prefix(Self.longestPiece)) else {
          throw fail(endOfProgram(), request)
        }
        unsent = unsent.dropFirst(count)
      }
      switch program.output.read() {
      case .nothingYet where isListening: continue
      case .nothingYet, .end: throw fail(endOfProgram(), request)
      case .bytes(let bytes):
        receive(bytes)
        guard unread.count <= Self.longestLine else {
          throw fail(.lineTooLong(limit: Self.longestLine), request)
        }
      }
    }
    return lines.removeFirst()
  }

  /// Ends the program because of what it answered.
  ///
  /// - Parameters:
  ///   - reason: What is wrong.
  ///   - request: What was asked.
  /// - Returns: The error to throw.
  package mutating func fail(_ reason: ProgramFailure.Reason, _ request: String) -> ProgramFailure {
    program.end()
    receiveErrors()
    let failure = ProgramFailure(
      role: role, title: title, request: request, reason: reason, lastErrors: lastErrors)
    self.failure = failure
    return failure
  }

  /// Reads an answer, or ends the program because of it.
  package mutating func parsed<Answer: Decodable>(
    _ type: Answer.Type, _ line: [UInt8], _ request: String
  ) throws(ProgramFailure) -> Answer {
    do {
      return try parsedAnswer(type, from: line)
    } catch {
      throw fail(error, request)
    }
  }

  /// Ends the program because of one key of its answer.
  package mutating func refuse(
    _ line: [UInt8], _ request: String, key: String, _ problem: String
  ) -> ProgramFailure {
    fail(.wrongValue(key: key, problem: problem, line: Self.quoted(line)), request)
  }

  /// Asks the program to end, and ends it if it does not.
  ///
  /// - Parameters:
  ///   - farewell: A last line; nil only ends its input.
  ///   - grace: How many seconds it has.
  package mutating func close(farewell: String?, grace: Double) {
    guard failure == nil else { return }
    if let farewell { _ = program.input.send(Array((farewell + "\n").utf8)) }
    program.input.close()
    waitForEnd(atMost: grace)
    _ = fail(.closed, "anything more")
  }

  private func expectUsable() throws(ProgramFailure) {
    if let failure { throw failure }
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

  /// Cuts what has come into lines.
  private mutating func receive(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let end = Self.lineFeed(in: rest) {
      lines.append(unread + rest[..<end])
      unread = []
      rest = rest[(end + 1)...]
    }
    unread += rest
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
  private static func lineFeed(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return nil }
      return memchr(start, Int32(UInt8(ascii: "\n")), buffer.count).map {
        bytes.startIndex + (UnsafeRawPointer($0) - start)
      }
    }
  }

  /// The beginning of a line, enough to recognise it.
  package static func quoted(_ line: [UInt8]) -> String {
    let text = String(decoding: line.prefix(200), as: UTF8.self)
    return line.count > 200 ? text + "…" : text
  }
}

extension pollfd {
  fileprivate init(_ descriptor: Descriptor, _ events: Int32) {
    self.init(fd: descriptor.number, events: Int16(events), revents: 0)
  }
}

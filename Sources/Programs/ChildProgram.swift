import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A program that runs beside this one, in a process group of its own, and never longer.
///
/// Whatever it starts belongs to its group and ends with it. When this process goes without a word, by a signal say, a watchdog ends the group.
final class ChildProgram {
  /// Where it reads.
  let input: Descriptor
  /// What it writes.
  let output: Descriptor
  /// What it complains about.
  let errors: Descriptor
  private let identifier: pid_t
  private let watchdog: Watchdog
  private var waitStatus: Int32?

  init(_ command: [String]) throws(SystemError) {
    let (input, theirInput) = try Descriptor.connection()
    let (output, theirOutput) = try Descriptor.connection()
    let (errors, theirErrors) = try Descriptor.connection()
    identifier = try Self.spawn(command, streams: [theirInput, theirOutput, theirErrors])
    (self.input, self.output, self.errors) = (input, output, errors)
    for descriptor in [input, output, errors] { descriptor.stopWaiting() }
    do {
      watchdog = try Watchdog(over: identifier)
    } catch {
      kill(-identifier, SIGKILL)
      Self.wait(for: identifier)
      throw error
    }
  }

  deinit { end() }

  /// Whether it has ended by itself.
  ///
  /// Its number stays its own until ``end()``.
  var hasEnded: Bool {
    var information = siginfo_t()
    let isKnown = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0
    return waitStatus != nil || (isKnown && information.si_signo == SIGCHLD)
  }

  /// Ends it and what it has started, and tells how it ended: by itself, if it had before.
  @discardableResult func end() -> ProgramFailure.Reason {
    let status: Int32
    if let waitStatus {
      status = waitStatus
    } else {
      kill(-identifier, SIGKILL)
      watchdog.stop()
      status = Self.wait(for: identifier)
      waitStatus = status
      input.close()
    }
    // WIFSIGNALED and friends are macros that Swift does not see.
    return status & 0x7F == 0
      ? .exited(status: (status >> 8) & 0xFF) : .killed(signal: status & 0x7F)
  }

  @discardableResult static func wait(for identifier: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) == -1, errno == EINTR {}
    return status
  }

  /// Starts a program in a group of its own.
  ///
  /// - Parameters:
  ///   - command: The program, looked for in PATH, and its arguments.
  ///   - streams: Its standard input, output and error; closed here.
  /// - Returns: Its number, which is that of its group.
  /// - Throws: What the system says.
  static func spawn(_ command: [String], streams: [Descriptor]) throws(SystemError) -> pid_t {
    defer { for stream in streams { stream.close() } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      let inherited = POSIX_SPAWN_CLOEXEC_DEFAULT
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      let inherited: Int32 = 0
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream.number, Int32(target))
    }
    // A thread of a pool may have signals blocked, and a server may ignore a broken pipe; the program should not.
    var (none, defaults) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags =
      Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
      | Int32(inherited)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments = command.map { strdup($0) } + [nil]
    var variables =
      ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var identifier: pid_t = 0
    let code = posix_spawnp(
      &identifier, command[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw SystemError(code) }
    return identifier
  }
}

/// A shell that waits until this process is gone, however it went, and then ends a process group.
final class Watchdog {
  /// Only this process holds the other end, so the shell's reading ends when this process does.
  private let lifeline: Descriptor
  private let identifier: pid_t

  init(over group: pid_t) throws(SystemError) {
    let (ours, theirs) = try Descriptor.connection()
    let command = ["/bin/sh", "-c", "read line; kill -9 -\(group)"]
    identifier = try ChildProgram.spawn(
      command, streams: [theirs, .nowhere(), .nowhere()])
    lifeline = ours
  }

  /// Calls it off; to be done before the group's number is free for others.
  func stop() {
    kill(identifier, SIGKILL)
    ChildProgram.wait(for: identifier)
    lifeline.close()
  }
}

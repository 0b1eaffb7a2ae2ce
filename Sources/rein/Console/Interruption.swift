import Foundation
import Synchronization

/// Ctrl-C and termination: the first asks the run to save and stop, another a second later ends the program at once.
enum Interruption {
  // When the first signal came, in nanoseconds of a clock that only runs forward; 0 for none.
  private static let first = Atomic<Int64>(0)

  /// Listens from now on.
  static func listen() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { received in
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        let (isFirst, before) = Interruption.first.compareExchange(
          expected: 0, desired: now, ordering: .relaxed)
        // Who stops a program and its process group, as `timeout` does, sends one request twice.
        guard !isFirst, now - before > 1_000_000_000 else { return }
        signal(received, SIG_DFL)
        raise(received)
      }
    }
    // Who starts the program from a thread that blocks signals leaves them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Listens while some work is done that can be stopped by itself, and no longer.
  static func whileListening<Result>(_ work: () throws -> Result) rethrows -> Result {
    first.store(0, ordering: .relaxed)
    listen()
    defer { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
    return try work()
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { first.load(ordering: .relaxed) != 0 }

  /// The exit code of a run that was stopped and saved, as shells report Ctrl-C.
  static let exitCode: Int32 = 130
}

import Foundation
import Synchronization

/// Ctrl-C and termination: the first asks the run to save and stop, the second ends the program at once.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Listens from now on.
  static func listen() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { received in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(received, SIG_DFL)
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
    flag.store(false, ordering: .relaxed)
    listen()
    defer { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
    return try work()
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// The exit code of a run that was stopped and saved, as shells report Ctrl-C.
  static let exitCode: Int32 = 130
}

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
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// The exit code of a run that was stopped and saved, as shells report Ctrl-C.
  static let exitCode: Int32 = 130
}

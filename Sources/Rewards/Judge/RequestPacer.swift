import Foundation
import Synchronization

/// Lets requests go no faster than so many per second, whoever sends them.
final class RequestPacer: Sendable {
  private let interval: Duration
  private let next = Mutex(ContinuousClock.now)

  /// A pacer.
  ///
  /// - Parameter rate: Requests per second; nil lets all go at once.
  init(rate: Double?) { interval = rate.map { .seconds(1 / $0) } ?? .zero }

  /// Waits until it is the caller's turn.
  func waitForTurn() {
    let turn = next.withLock { next in
      let turn = max(next, .now)
      next = turn + interval
      return turn
    }
    let rest = turn - .now
    if rest > .zero { Thread.sleep(forTimeInterval: rest / .seconds(1)) }
  }
}

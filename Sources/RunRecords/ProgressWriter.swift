public import Foundation
import Synchronization

/// Shows progress: a line that redraws itself on a terminal, and rare plain lines in a log.
///
/// Everything goes to standard error, so that standard output stays fit for pipes.
public final class ProgressWriter: Sendable {
  /// Where lines end up.
  public enum Destination: Hashable, Sendable {
    /// A terminal of some width: one line, redrawn at most ten times a second.
    case terminal(width: Int)
    /// A file or pipe: a line at the start, at each tenth of the work, and at the end, and one
    /// where ten minutes have passed without. With an unknown total, a line a minute.
    case log

    /// What standard error is.
    public static var standardError: Destination {
      guard isatty(STDERR_FILENO) == 1 else { return .log }
      var size = winsize()
      let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      return .terminal(width: known ? Int(size.ws_col) : 80)
    }
  }

  private struct State {
    var lastTime: Date?
    var lastTenth: Int?
    var hasOpenLine = false
  }

  private let destination: Destination
  private let output: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// Creates a writer.
  ///
  /// - Parameters:
  ///   - destination: What the output is.
  ///   - output: Writes text as it is; tests give their own.
  public init(
    destination: Destination = .standardError,
    output: @escaping @Sendable (String) -> Void = {
      // A full disk under a log must not end the work.
      try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
    }
  ) {
    self.destination = destination
    self.output = output
  }

  /// Shows a value, if it is time to.
  public func show(_ progress: WorkProgress, at now: Date = Date()) {
    let change = state.withLock { text(for: progress, at: now, state: &$0) }
    if let change { output(change) }
  }

  /// Ends an open line, so that other output does not continue it; safe to call twice.
  public func finish() {
    let isOpen = state.withLock { state in
      defer { state.hasOpenLine = false }
      return state.hasOpenLine
    }
    if isOpen { output("\n") }
  }

  private func text(for progress: WorkProgress, at now: Date, state: inout State) -> String? {
    let isDone = progress.share == 1
    let elapsed = state.lastTime.map { now.timeIntervalSince($0) }
    switch destination {
    case .terminal(let width):
      guard isDone || (elapsed ?? .infinity) >= 0.1 else { return nil }
      state.lastTime = now
      state.hasOpenLine = true
      // Back to the start of the line, the text, and erase what an earlier, longer one left. The
      // last column stays free: some terminals wrap when it is filled.
      return "\r\(progress.line(at: now, width: width - 1))\u{1B}[K"
    case .log:
      if let share = progress.share {
        let tenth = Int(share * 10)
        guard tenth != state.lastTenth || (elapsed ?? 0) >= 600 else { return nil }
        state.lastTenth = tenth
      } else {
        guard (elapsed ?? .infinity) >= 60 else { return nil }
      }
      state.lastTime = now
      return progress.plainLine(at: now) + "\n"
    }
  }
}

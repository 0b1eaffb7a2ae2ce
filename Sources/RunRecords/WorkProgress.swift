public import Foundation

/// How far a piece of work is.
///
/// A value: whoever does the work makes new ones, and whoever shows them decides when and where. It
/// is not called `Progress` because Foundation has a class of that name.
public struct WorkProgress: Hashable, Sendable {
  /// Units done.
  public var completed: Int
  /// Units to do; nil if nobody knows.
  public var total: Int?
  /// When the work began.
  public var started: Date
  /// What is being done, and what is worth watching, such as `PPO  reward 1.25`.
  public var message: String

  /// Creates a value.
  public init(completed: Int = 0, total: Int?, started: Date = Date(), message: String) {
    self.completed = completed
    self.total = total
    self.started = started
    self.message = message
  }

  /// The share that is done, in 0...1, where no work at all counts as done; nil without a total.
  public var share: Double? {
    total.map { $0 > 0 ? min(max(Double(completed) / Double($0), 0), 1) : 1 }
  }

  /// Units per second so far; nil at the start.
  public func rate(at now: Date) -> Double? {
    let elapsed = now.timeIntervalSince(started)
    return completed > 0 && elapsed > 0 ? Double(completed) / elapsed : nil
  }

  /// Seconds until the work is done at the rate so far; nil if nobody can know.
  public func remaining(at now: Date) -> Double? {
    guard let total, let rate = rate(at: now) else { return nil }
    return Double(max(total - completed, 0)) / rate
  }
}

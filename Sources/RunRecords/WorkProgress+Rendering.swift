public import Foundation

extension WorkProgress {
  /// The line for a terminal, never wider than `width` characters.
  ///
  ///     PPO  reward 1.25  ███████████▌            46% 46/100  2.3/s  0:23 left
  ///
  /// A pure function of its arguments. The bar takes the room that the rest leaves; where that is
  /// too little, the bar goes first, then the message is cut.
  public func line(at now: Date, width: Int) -> String {
    let numbers = numbers(at: now)
    let room = width - message.count - numbers.count - 4
    if let share, room >= 5 {
      return "\(message)  \(Self.bar(share, width: min(room, 40)))  \(numbers)"
    }
    let line = message.isEmpty ? numbers : "\(message)  \(numbers)"
    guard line.count > width else { return line }
    let space = width - numbers.count - 3
    guard space > 0 else { return String(numbers.prefix(max(width, 0))) }
    return "\(message.prefix(space))…  \(numbers)"
  }

  /// The line for a log: no bar.
  public func plainLine(at now: Date) -> String {
    message.isEmpty ? numbers(at: now) : "\(message)  \(numbers(at: now))"
  }

  private func numbers(at now: Date) -> String {
    var parts: [String] = []
    if let total, let share {
      // Rounded down, so that 100% means done.
      parts.append("\(Int(share * 100))% \(completed)/\(total)")
    } else {
      parts.append("\(completed)")
    }
    if let rate = rate(at: now) { parts.append(Self.text(ofRate: rate)) }
    if let total, completed >= total {
      parts.append("\(Self.text(ofSeconds: now.timeIntervalSince(started))) in all")
    } else if let remaining = remaining(at: now) {
      parts.append("\(Self.text(ofSeconds: remaining)) left")
    }
    return parts.joined(separator: "  ")
  }

  /// A bar in eighths of a character.
  static func bar(_ share: Double, width: Int) -> String {
    let eighths = Int(share * Double(width * 8))
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let filled = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    return filled + String(repeating: " ", count: width - filled.count)
  }

  /// `12/s`, `2.3/s`, or `7.5 s each` when slower than one per second.
  static func text(ofRate rate: Double) -> String {
    guard rate >= 1 else { return "\(decimal(1 / rate)) s each" }
    return rate < 10 ? "\(decimal(rate))/s" : "\(whole(rate))/s"
  }

  /// `0:23`, `12:05`, `3:00:00`.
  static func text(ofSeconds seconds: Double) -> String {
    let total = whole(max(seconds, 0))
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    let tail = rest < 10 ? "0\(rest)" : "\(rest)"
    guard hours > 0 else { return "\(minutes):\(tail)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
  }

  private static func decimal(_ number: Double) -> String {
    let tenths = whole(number * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Rounds, also what no `Int` can hold: a rate or a time may be absurd, but must not trap.
  private static func whole(_ number: Double) -> Int {
    Int(exactly: number.rounded()) ?? .max / 16
  }
}

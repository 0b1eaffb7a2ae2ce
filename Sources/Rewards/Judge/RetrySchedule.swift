import Foundation

/// How long to wait before asking again.
struct RetrySchedule: Sendable {
  /// The wait after the first failure.
  var first: Double
  /// The longest wait that doubling leads to.
  var longest: Double

  /// The wait after some failures in a row.
  ///
  /// Between a half and the whole of `first` · 2ⁿ⁻¹, so that many who failed together do not come back together; never less than the
  /// server asks for.
  ///
  /// - Parameters:
  ///   - failures: n, at least 1.
  ///   - chance: A number in 0..<1.
  ///   - asked: What the server asks for, in seconds.
  /// - Returns: Seconds.
  func delay(after failures: Int, chance: Double, asked: Double?) -> Double {
    let full = min(longest, first * pow(2, Double(failures - 1)))
    return max(full * (0.5 + 0.5 * chance), asked ?? 0)
  }

  /// The seconds that a `Retry-After` header asks for: a number, or a date.
  static func seconds(_ header: String?, now: Date = Date()) -> Double? {
    guard let header = header?.trimmingCharacters(in: .whitespaces) else { return nil }
    if let seconds = Double(header), seconds.isFinite { return max(0, seconds) }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: header).map { max(0, $0.timeIntervalSince(now)) }
  }
}

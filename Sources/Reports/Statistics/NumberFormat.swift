import Foundation

/// How numbers are written for people: few digits, a true minus sign, no noise from binary fractions.
public enum NumberFormat {
  /// What stands for a value that is missing or not a number.
  public static let missing = "—"

  /// A number with about `digits` significant digits: 0.0432, 1.23, 12.3, 1,234, 1.2e−7.
  public static func significant(_ value: Double?, digits: Int = 3) -> String {
    guard let value else { return missing }
    if let text = textWithoutDigits(value) { return text }
    if value == 0 { return "0" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if exponent < -4 || exponent > 6 { return scientific(value, digits: digits) }
    return fixed(value, decimals: max(0, digits - 1 - exponent))
  }

  /// A number with a fixed count of decimals, thousands grouped by commas.
  public static func fixed(_ value: Double?, decimals: Int) -> String {
    guard let value else { return missing }
    if let text = textWithoutDigits(value) { return text }
    var text = String(format: "%.\(max(0, decimals))f", abs(value))
    let integer = text.prefix { $0 != "." }
    if integer.count > 4 {
      let reversed = integer.reversed().enumerated().reduce(into: "") { result, digit in
        if digit.offset > 0, digit.offset.isMultiple(of: 3) { result.append(",") }
        result.append(digit.element)
      }
      text = String(reversed.reversed()) + text.dropFirst(integer.count)
    }
    // What rounds to zero has no sign left to show.
    let isZero = text.allSatisfy { !$0.isNumber || $0 == "0" }
    return value < 0 && !isZero ? "−" + text : text
  }

  /// A share as a percentage: 0.034 is “3.4 %”.
  public static func percent(_ value: Double?) -> String {
    guard let value, value.isFinite else { return missing }
    let scaled = value * 100
    let isCoarse = abs(scaled) >= 10 || scaled == scaled.rounded()
    return fixed(scaled, decimals: isCoarse ? 0 : 1) + "\u{202F}%"
  }

  /// A count of bytes in the unit that leaves one to three digits before the point: 312 B, 4.1 KiB, 123 MiB.
  public static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 1000 {
        return "\(fixed(value, decimals: unit == "B" || value >= 100 ? 0 : 1)) \(unit)"
      }
      value /= 1024
    }
    return "\(fixed(value, decimals: 1)) TiB"
  }

  /// A number with its sign, also when positive: +0.12, −0.03.
  public static func signed(_ value: Double?, decimals: Int) -> String {
    let text = fixed(value, decimals: decimals)
    guard let value, value.isFinite, value > 0 else { return text }
    return "+" + text
  }

  /// The decimals that show an uncertainty with two significant digits, between 0 and 3.
  public static func decimals(forUncertainty uncertainty: Double) -> Int {
    guard uncertainty.isFinite, uncertainty > 0 else { return 3 }
    return min(3, max(0, 1 - Int(log10(uncertainty).rounded(.down))))
  }

  /// Mean and half-width of the 95 % interval, with digits that fit the uncertainty: “0.512 ± 0.031”.
  ///
  /// Two values, whose interval says nothing, are shown themselves: “0.480 to 0.544”. One value stands alone. `decimals`
  /// overrides the choice of digits, for columns.
  public static func estimate(_ summary: Summary, decimals: Int? = nil) -> String {
    let parts = estimateParts(summary, decimals: decimals)
    return parts.number + (parts.addition ?? "")
  }

  /// The decimals that suit a column of estimates: those of the median uncertainty; nil where none has spread.
  public static func decimals(forColumn summaries: [Summary]) -> Int? {
    let choices = summaries.compactMap { ($0.tellingInterval ?? $0.pair)?.halfWidth }
      .filter { $0 > 0 }.map(decimals(forUncertainty:)).sorted()
    return choices.isEmpty ? nil : choices[choices.count / 2]
  }

  /// The number to read first, and what stands behind it.
  static func estimateParts(
    _ summary: Summary, decimals: Int? = nil
  ) -> (number: String, addition: String?) {
    guard let range = summary.tellingInterval ?? summary.pair else {
      return (decimals.map { fixed(summary.mean, decimals: $0) } ?? significant(summary.mean), nil)
    }
    let half = range.halfWidth
    let decimals = decimals ?? NumberFormat.decimals(forUncertainty: half)
    guard summary.pair == nil else {
      let ends = (fixed(range.lower, decimals: decimals), fixed(range.upper, decimals: decimals))
      return (ends.0, ends.0 == ends.1 ? nil : " to \(ends.1)")
    }
    return (fixed(summary.mean, decimals: decimals), " ± \(fixed(half, decimals: decimals))")
  }

  private static func scientific(_ value: Double, digits: Int) -> String {
    let text = String(format: "%.\(max(0, digits - 1))e", value)
    let parts = text.split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
    return "\(parts[0])e\(exponent)".replacing("-", with: "−")
  }

  /// What is written for values that digits cannot express.
  private static func textWithoutDigits(_ value: Double) -> String? {
    if value.isNaN { return missing }
    return value.isInfinite ? (value > 0 ? "∞" : "−∞") : nil
  }
}

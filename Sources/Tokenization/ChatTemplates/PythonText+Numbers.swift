import Foundation

extension PythonText {
  /// `repr` of a number: the shortest digits that read back as it is.
  static func text(of number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    guard number != 0 else { return number.sign == .minus ? "-0.0" : "0.0" }
    // Swift finds the same digits and lays them out otherwise.
    let parts = "\(abs(number))".split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count
    var digits = String(mantissa[0]) + (mantissa.count > 1 ? String(mantissa[1]) : "")
    while digits.hasPrefix("0"), digits.count > 1 {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
    let sign = number < 0 ? "-" : ""
    // Now the number is 0.digits · 10^exponent.
    switch exponent {
    case -3...0: return sign + "0." + String(repeating: "0", count: -exponent) + digits
    case 1...16 where digits.count <= exponent:
      return sign + digits + String(repeating: "0", count: exponent - digits.count) + ".0"
    case 1...16: return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    default:
      let power = exponent - 1
      let size = String(abs(power))
      return sign + digits.prefix(1) + (digits.count > 1 ? "." + digits.dropFirst() : "") + "e"
        + (power < 0 ? "-" : "+") + (size.count == 1 ? "0" : "") + size
    }
  }

  /// A number rounded to decimal places, ties by what the number is exactly.
  static func rounded(_ number: Double, places: Int) -> Double {
    guard number.isFinite, places < 300 else { return number }
    guard places < 0 else { return Double(String(format: "%.\(places)f", number)) ?? number }
    let unit = pow(10, Double(min(-places, 308)))
    return (number / unit).rounded(.toNearestOrEven) * unit
  }
}

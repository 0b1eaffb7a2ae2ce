/// Colours from cold over neutral to warm, for values around a middle that means something.
///
/// Blue to orange, which stay apart for all common kinds of colour vision; the neutral middle is the page's own
/// surface, so that “nothing happens here” looks like nothing in either theme.
enum DivergingColors {
  /// Steps on either side of the middle.
  static let reach = 6
  static let light = Ends(
    cold: (0x1D, 0x5F, 0xA6), middle: (0xF4, 0xF4, 0xF1), warm: (0xC8, 0x5A, 0x12))
  static let dark = Ends(
    cold: (0x4A, 0x9B, 0xE8), middle: (0x24, 0x28, 0x2E), warm: (0xE0, 0x8A, 0x3C))

  struct Ends: Sendable {
    typealias Color = (red: Int, green: Int, blue: Int)
    let cold: Color
    let middle: Color
    let warm: Color

    /// The colour at `position`, from −1 (cold) to 1 (warm).
    func color(at position: Double) -> String {
      let end = position < 0 ? cold : warm
      let share = min(1, abs(position))
      func mixed(_ from: Int, _ to: Int) -> String {
        let value = Int((Double(from) + share * Double(to - from)).rounded())
        return (value < 16 ? "0" : "") + String(value, radix: 16)
      }
      return "#" + mixed(middle.red, end.red) + mixed(middle.green, end.green)
        + mixed(middle.blue, end.blue)
    }
  }

  /// The CSS colour of a step from −`reach` to `reach`.
  static func color(step: Int) -> String {
    let step = min(reach, max(-reach, step))
    let fallback = light.color(at: Double(step) / Double(reach))
    return "var(\(variable(step)),\(fallback))"
  }

  /// The declarations of all steps for a theme.
  static func declarations(_ ends: Ends) -> String {
    (-reach...reach).map { step in
      "\(variable(step)):\(ends.color(at: Double(step) / Double(reach)))"
    }.joined(separator: ";")
  }

  private static func variable(_ step: Int) -> String {
    step < 0 ? "--cold-\(-step)" : step == 0 ? "--neutral" : "--warm-\(step)"
  }
}

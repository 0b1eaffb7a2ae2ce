import Foundation

/// Which number of a token its colour stands for, and on which scale.
///
/// Tokens have four shades on either side of none, so that text stays readable on each of them; what is not in the middle two is underlined too, a
/// full line above zero and a dotted one below, for those who cannot tell the colours apart.
enum TokenShade: String, CaseIterable {
  case divergence = "kl"
  case reward
  case advantage

  /// Shades on either side of the middle.
  static let reach = 4

  /// The name on its button.
  var title: String {
    switch self {
    case .divergence: "KL"
    case .reward: "Reward"
    case .advantage: "Advantage"
    }
  }

  /// What the shades mean.
  var explanation: String {
    switch self {
    case .divergence: "Each token’s part of the KL from the start, in nats: where the policy moved."
    case .reward: "What was paid at each token."
    case .advantage:
      "How much better than expected: what training makes likelier, and what less likely."
    }
  }

  /// The number of a token.
  func value(_ token: MethodComparison.Token) -> Double? {
    switch self {
    case .divergence: token.divergence
    case .reward: token.reward
    case .advantage: token.advantage
    }
  }

  /// The value that takes the last shade: that of the 98th percentile of sizes, so that one token does not fade all others.
  func scale(of samples: [MethodComparison.Sample]) -> Double? {
    let sizes = samples.flatMap(\.tokens).compactMap(value).filter(\.isFinite).map(abs).sorted()
    guard let high = quantile(0.98, ofSorted: sizes), let greatest = sizes.last, greatest > 0 else {
      return nil
    }
    return high > 0 ? high : greatest
  }

  /// The shade of a value, from −`reach` to `reach`.
  static func step(_ value: Double, scale: Double) -> Int {
    guard value.isFinite, scale > 0 else { return 0 }
    let place = (value / scale * Double(reach)).rounded(.toNearestOrAwayFromZero)
    return Int(min(Double(reach), max(-Double(reach), place)))
  }
}

import Foundation

/// Rotary position embedding: pairs of a head's numbers are turned by the place times a frequency per pair.
///
/// Number i of the turned ones is paired with number i + w/2 (Hugging Face's order); θᵢ = base^(−2i/w), i = 0 … w/2 − 1 (Su and
/// others 2021, arXiv 2104.09864).
public struct RotaryPositions: Equatable, Sendable {
  /// The base of the frequencies.
  public var base: Double
  /// The share of a head's numbers that are turned.
  public var share: Double
  /// The number of places that files state as `max_position_embeddings`.
  public var statedPositionCount: Int
  /// How the frequencies are changed for sequences longer than those first trained on.
  public var scaling: Scaling

  /// How frequencies are changed for long sequences.
  public enum Scaling: Equatable, Sendable {
    /// Not at all.
    case none
    /// All divided by a factor (Chen and others 2023, arXiv 2306.15595).
    case linear(factor: Double)
    /// The base grows with the sequence once that is longer than stated.
    case dynamic(factor: Double)
    /// Low frequencies divided, high ones kept, those between blended: Llama 3.1.
    case llama3(Llama3)
    /// Blended by the number of turns in the original length, with attention sharpened (Peng and others 2023, arXiv 2309.00071).
    case yarn(YaRN)
  }

  /// Llama 3.1's scaling.
  public struct Llama3: Equatable, Sendable {
    /// Divides the low frequencies.
    public var factor: Double
    /// Waves longer than the original length over this are divided.
    public var lowFrequencyFactor: Double
    /// Waves shorter than the original length over this are kept.
    public var highFrequencyFactor: Double
    /// The length first trained on.
    public var originalPositionCount: Int
  }

  /// YaRN's scaling.
  public struct YaRN: Equatable, Sendable {
    /// Divides the low frequencies.
    public var factor: Double
    /// The length first trained on.
    public var originalPositionCount: Int
    /// Pairs with more turns than this keep their frequency.
    public var fastTurns = 32.0
    /// Pairs with fewer turns than this have theirs divided.
    public var slowTurns = 1.0
    /// Multiplies queries and keys; nil takes 0.1 ln(factor) + 1.
    public var attentionFactor: Double?
    /// Whether the blend's ends are whole pairs.
    public var truncates = true
  }

  /// Plain rotary positions.
  public init(
    base: Double = 10_000, share: Double = 1, statedPositionCount: Int, scaling: Scaling = .none
  ) {
    self.base = base
    self.share = share
    self.statedPositionCount = statedPositionCount
    self.scaling = scaling
  }

  /// The longest sequence that the scaling was made for.
  public var reach: Int {
    switch scaling {
    case .none, .linear, .llama3: statedPositionCount
    case .dynamic(let factor): Int(factor * Double(statedPositionCount))
    case .yarn(let yarn):
      max(statedPositionCount, Int(yarn.factor * Double(yarn.originalPositionCount)))
    }
  }

  /// How many of a head's numbers are turned.
  public func width(ofHead headWidth: Int) -> Int { Int(Double(headWidth) * share) }

  /// How far each pair is turned from one place to the next.
  ///
  /// - Parameters:
  ///   - headWidth: The width of a head.
  ///   - length: The longest sequence of the call; only the dynamic scaling asks.
  /// - Returns: Frequencies in radians per place [w/2], and what cosines and sines are multiplied by.
  public func frequencies(headWidth: Int, length: Int) -> (values: [Double], factor: Double) {
    let width = Double(self.width(ofHead: headWidth))
    let plain = { (base: Double) in
      stride(from: 0.0, to: width, by: 2).map { pow(base, -$0 / width) }
    }
    switch scaling {
    case .none: return (plain(base), 1)
    case .linear(let factor): return (plain(base).map { $0 / factor }, 1)
    case .dynamic(let factor):
      let stretch = Double(max(length, statedPositionCount)) / Double(statedPositionCount)
      return (plain(base * pow(factor * stretch - (factor - 1), width / (width - 2))), 1)
    case .llama3(let llama3): return (plain(base).map(llama3.scaled), 1)
    case .yarn(let yarn):
      return (yarn.scaled(plain(base), base: base, width: width), yarn.sharpening)
    }
  }
}

extension RotaryPositions.Llama3 {
  fileprivate func scaled(_ frequency: Double) -> Double {
    let turns = Double(originalPositionCount) * frequency / (2 * .pi)
    if turns > highFrequencyFactor { return frequency }
    if turns < lowFrequencyFactor { return frequency / factor }
    let kept = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - kept) * frequency / factor + kept * frequency
  }
}

extension RotaryPositions.YaRN {
  fileprivate var sharpening: Double {
    attentionFactor ?? (factor <= 1 ? 1 : 0.1 * log(factor) + 1)
  }

  fileprivate func scaled(_ frequencies: [Double], base: Double, width: Double) -> [Double] {
    // The pair that makes so many turns in the original length.
    let pair = { (turns: Double) in
      width * log(Double(originalPositionCount) / (turns * 2 * .pi)) / (2 * log(base))
    }
    var (low, high) = (pair(fastTurns), pair(slowTurns))
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, width - 1))
    if low == high { high += 0.001 }
    return frequencies.enumerated().map { index, frequency in
      let divided = min(max((Double(index) - low) / (high - low), 0), 1)
      return divided * frequency / factor + (1 - divided) * frequency
    }
  }
}

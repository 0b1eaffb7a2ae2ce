/// Random numbers from a seed, the same in every process, on every machine and in every release.
///
/// SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014): 64 bits of state, period 2⁶⁴, every
/// number once. For worlds and tests, not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator.
  ///
  /// - Parameter seed: Any number; different ones give unrelated sequences.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

// The standard library may change how it draws from ranges; what a seed means must not change with it.
extension RandomNumberGenerator {
  /// A number in 0..<1, with 53 bits.
  mutating func unitUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number in -bound..<bound.
  mutating func uniform(within bound: Double) -> Double {
    (2 * unitUniform() - 1) * bound
  }

  /// A number in 0..<bound, by the high half of a full-width product; the bias is below bound/2⁶⁴.
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// An index, each as often as its probability says; never one of probability zero.
  mutating func index(from probabilities: [Double]) -> Int {
    var rest = unitUniform()
    var last = 0
    for (index, probability) in probabilities.enumerated() where probability > 0 {
      last = index
      rest -= probability
      if rest < 0 { break }
    }
    return last
  }
}

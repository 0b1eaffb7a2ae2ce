/// A small random number generator whose numbers follow from its seed alone, on every machine.
///
/// SplitMix64: G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, 2014, figure 17.
struct SplitMixGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SplitMixGenerator.mixed(state)
  }

  /// A number from 0 to `count` − 1; each is as likely as the others up to `count` in 2⁶⁴.
  mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// A one-to-one scattering of numbers.
  static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

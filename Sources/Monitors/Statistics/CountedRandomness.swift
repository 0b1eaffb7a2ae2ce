/// Permutations that are the same for every caller: the n-th number is a mixture of the bits of n.
///
/// The finalizer of SplitMix64 (Steele, Lea & Flood, Fast splittable pseudorandom number generators, 2014). A meter is a function of its step alone and takes no seed.
struct CountedRandomness: RandomNumberGenerator {
  private var count: UInt64 = 0

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    count &+= 0x9E37_79B9_7F4A_7C15
    var mixed = count
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Puts values into a random order (Fisher & Yates).
  mutating func shuffle(_ values: inout [Double]) {
    for last in values.indices.dropFirst().reversed() {
      values.swapAt(last, index(below: last + 1))
    }
  }
}

extension RandomNumberGenerator {
  /// A number in 0..<bound, by the high half of a full-width product; the bias is below bound/2⁶⁴.
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

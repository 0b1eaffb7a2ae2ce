public import Files
public import Foundation

/// A hash of text that is the same in every process, on every machine and in every release.
///
/// Swift's own `Hasher` is seeded anew in each process, so it cannot decide what must not change:
/// who is held out, and which ratings go to which half.
public struct StableHash {
  private(set) var value: UInt64

  /// Tells one file's contents from another's: FNV-1a over its bytes, in hexadecimal.
  ///
  /// It resists accidents, not attackers.
  ///
  /// - Parameter file: The file.
  /// - Returns: 16 digits.
  /// - Throws: ``FileError``.
  public static func fingerprint(of file: URL) throws(FileError) -> String {
    let contents: Data
    do {
      contents = try Data(contentsOf: file, options: .mappedIfSafe)
    } catch {
      throw .unreadable(file: file.path, reason: error.localizedDescription)
    }
    let hash = contents.withUnsafeBytes { bytes in
      bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
    return String(format: "%016lx", hash)
  }

  /// FNV-1a over the UTF-8 bytes, then one round of SplitMix64, because FNV alone leaves the high
  /// bits of short texts nearly equal.
  init(_ text: String, seed: UInt64) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    var generator = SplitMix64(state: hash ^ SplitMix64(state: seed).peek())
    value = generator.next()
  }

  /// The hash as a number in 0..<1, with 53 bits.
  var fraction: Double {
    Double(value >> 11) * 0x1p-53
  }
}

/// SplitMix64 (Steele, Lea & Flood, 2014): small, seedable, the same everywhere.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(state: UInt64) {
    self.state = state
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  func peek() -> UInt64 {
    var copy = self
    return copy.next()
  }

  /// A number in 0..<bound, by the high half of a full-width product.
  ///
  /// The standard library may change how it draws from a range; our splits must not change with
  /// it. The bias is below bound/2⁶⁴.
  mutating func draw(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

extension Array {
  /// The elements in a random order (Fisher–Yates), the same for the same generator for ever.
  func reordered(using generator: inout SplitMix64) -> [Element] {
    var result = self
    for index in indices.reversed() {
      result.swapAt(index, generator.draw(below: index + 1))
    }
    return result
  }
}

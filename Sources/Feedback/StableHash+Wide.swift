extension StableHash {
  /// A name for several texts in their order: FNV-1a of 128 bits over their lengths and bytes, in hexadecimal.
  ///
  /// Wide enough that among a billion names no two meet by accident.
  ///
  /// - Parameter texts: The texts; where one ends and the next begins counts.
  /// - Returns: 32 digits.
  public static func wide(_ texts: [String]) -> String {
    let bytes = texts.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) }
    let digits = String(wide(bytes), radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  /// FNV-1a of 128 bits.
  static func wide(_ bytes: some Sequence<UInt8>) -> UInt128 {
    bytes.reduce(0x6C62_272E_07BB_0142_62B8_2175_6295_C58D) {
      ($0 ^ UInt128($1)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B
    }
  }
}

import LanguageModels
import NeuralNetworks
import Torch

/// A number that tells some data from other data (FNV-1a, 64 bits).
struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Takes note of a number.
  mutating func add(_ number: UInt64) {
    var rest = number
    for _ in 0..<8 {
      value = (value ^ (rest & 0xFF)) &* 0x0000_0100_0000_01B3
      rest >>= 8
    }
  }

  /// Takes note of a list.
  mutating func add(_ numbers: [Int]) {
    add(UInt64(numbers.count))
    for number in numbers { add(UInt64(bitPattern: Int64(number))) }
  }

  /// Takes note of some memory, eight bytes at a time.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let whole = bytes.count / 8 * 8
    for offset in stride(from: 0, to: whole, by: 8) {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      value = (value ^ word) &* 0x0000_0100_0000_01B3
    }
    for byte in bytes[whole...] { add(UInt64(byte)) }
  }

  /// Of token sequences.
  static func of(_ sequences: some Sequence<[Int]>) -> UInt64 {
    var fingerprint = Fingerprint()
    for sequence in sequences { fingerprint.add(sequence) }
    return fingerprint.value
  }

  /// Of weights: names, shapes and bits, with which nothing is computed: any number of threads gives the same.
  static func of(_ parameters: Parameters) -> UInt64 {
    var fingerprint = Fingerprint()
    for (name, tensor) in zip(parameters.names, parameters.tensors) {
      fingerprint.add(name.utf8.map(Int.init))
      fingerprint.add(tensor.shape)
      tensor.bytes.withUnsafeBytes { fingerprint.add($0) }
    }
    return fingerprint.value
  }
}

extension LanguageModel {
  /// Tells the weights that an adapter leaves as they are from others; 0 where all are trained.
  var frozenFingerprint: UInt64 { adapter == nil ? 0 : Fingerprint.of(parameters) }
}

extension RewardModel {
  /// Tells the weights that an adapter leaves as they are from others; 0 where all are trained.
  var frozenFingerprint: UInt64 { adapter == nil ? 0 : Fingerprint.of(parameters) }
}

extension RewardTrainer.Preferences {
  /// Tells texts and what raters said of them from others.
  var fingerprint: UInt64 {
    var fingerprint = Fingerprint()
    switch self {
    case .rated(let texts):
      for text in texts {
        fingerprint.add(text.tokens)
        fingerprint.add(text.ratings)
      }
    case .pairs(let texts, let pairs):
      for text in texts { fingerprint.add(text) }
      for pair in pairs {
        fingerprint.add([pair.first, pair.second])
        fingerprint.add(pair.probability.bitPattern)
      }
    case .marked(let examples):
      for part in examples.flatMap(\.numbers) { fingerprint.add(part) }
    }
    return fingerprint.value
  }
}

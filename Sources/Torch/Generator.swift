import CTorch

/// A source of random numbers that somebody owns.
///
/// Nothing in Rein draws from a hidden global source: the same seed gives the same numbers on one machine, and the state
/// can be saved and set again.
public final class Generator: @unchecked Sendable {
  let raw: ct_generator_t
  /// Where it draws.
  public let device: Device

  /// A generator that starts from a seed.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - device: Where it draws.
  public init(seed: UInt64, device: Device = .cpu) {
    var out: ct_generator_t?
    perform("make a generator on \(device)") { ct_generator_create(device.raw, seed, &out) }
    guard let out else { fatalError("make a generator on \(device): no result") }
    raw = out
    self.device = device
  }

  deinit { ct_generator_release(raw) }

  /// Everything that decides the numbers to come, as bytes.
  public var state: [UInt8] {
    produce("generator state") { ct_generator_state(raw, $0) }.elements()
  }

  /// Goes on as the generator did whose state was saved.
  ///
  /// - Parameter state: What `state` of a generator on the same kind of device gave.
  /// - Throws: `TensorError.other` for anything else; the generator is then as it was.
  public func restore(_ state: [UInt8]) throws(TensorError) {
    let bytes = Tensor(state)
    let status = ct_generator_set_state(raw, bytes.raw)
    if let error = failure(status, in: "restore a generator's state") { throw error }
  }

  /// A generator for one purpose, independent of this one and of those for other purposes.
  ///
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - purpose: A name such as `rollouts`; equal names give equal generators.
  ///   - device: Where it draws.
  public convenience init(seed: UInt64, purpose: String, device: Device = .cpu) {
    // FNV-1a over the name, then one round of SplitMix64, so that near seeds and names give far generators.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    self.init(seed: hash ^ (hash >> 31), device: device)
  }

  /// Independent draws from a normal distribution.
  public func normal(
    _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, dataType: DataType = .float32
  ) -> Tensor {
    produce("normal \(shape)") { out in
      withShape(shape) {
        ct_normal($0, $1, mean, standardDeviation, dataType.raw, device.raw, raw, out)
      }
    }
  }

  /// Independent draws from a uniform distribution.
  public func uniform(
    _ shape: [Int], in range: Range<Double> = 0..<1, dataType: DataType = .float32
  ) -> Tensor {
    produce("uniform \(shape)") { out in
      withShape(shape) {
        ct_uniform($0, $1, range.lowerBound, range.upperBound, dataType.raw, device.raw, raw, out)
      }
    }
  }

  /// 0 ..< count in random order, int64.
  public func permutation(_ count: Int) -> Tensor {
    produce("permutation of \(count)") { ct_permutation(Int64(count), device.raw, raw, $0) }
  }

  /// One index per row, drawn with probability softmax(logits) along the last dimension.
  public func categorical(logits: Tensor) -> Tensor {
    produce("categorical draw from \(logits.shape)") { ct_sample_categorical(logits.raw, raw, $0) }
  }

  /// One index per row, chosen with probability softmax(logits) by numbers that the caller drew.
  ///
  /// - Parameters:
  ///   - logits: [rows, n].
  ///   - levels: Draws from [0, 1), one a row [rows]; float64, where the device has it.
  /// - Returns: [rows] int64, what `categorical(logits:)` gives for the same draws.
  public static func categorical(logits: Tensor, levels: Tensor) -> Tensor {
    produce("categorical choice from \(logits.shape) by \(levels.shape)") {
      ct_choose_categorical(logits.raw, levels.raw, $0)
    }
  }

  /// Elements set to zero with a probability, the others divided by what is left of 1.
  public func dropout(_ tensor: Tensor, probability: Double) -> Tensor {
    precondition(0 <= probability && probability < 1, "dropout with probability \(probability)")
    guard probability > 0 else { return tensor }
    return produce("dropout of \(tensor.shape)") { ct_dropout(tensor.raw, probability, raw, $0) }
  }

  /// A whole number below `bound`, for choices outside tensors.
  public func integer(below bound: Int) -> Int {
    Int(uniform([1], in: 0..<Double(bound), dataType: .float64).item)
  }
}

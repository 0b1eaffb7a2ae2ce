import CTorch

/// A source of random numbers that somebody owns.
///
/// Nothing in Rein draws from a hidden global source: the same seed gives the same numbers on one machine, and the state
/// can be saved and set again.
public final class Generator: @unchecked Sendable {
  private let raw: ct_generator_t
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

  /// Elements set to zero with a probability, the others divided by what is left of 1.
  public func dropout(_ tensor: Tensor, probability: Double) -> Tensor {
    precondition(0 <= probability && probability < 1, "dropout with probability \(probability)")
    guard probability > 0 else { return tensor }
    return produce("dropout of \(tensor.shape)") { ct_dropout(tensor.raw, probability, raw, $0) }
  }

  /// Attention with dropout on its weights: dropout(softmax(Q Kᵀ · scale))·V.
  ///
  /// On the CPU it is fused: the weights are never held. Shapes: `queries` [batch, heads, queries, width]; `keys` and `values`
  /// [batch, heads, keys, width].
  ///
  /// - Parameters:
  ///   - queries: Q, float32 or float64, on the CPU.
  ///   - keys: K.
  ///   - values: V.
  ///   - isCausal: Whether a query sees only keys up to its own place, the last query standing at the last key.
  ///   - scale: Multiplies the scores.
  ///   - probability: The share of weights set to zero; the others are divided by what is left of 1.
  /// - Returns: As the queries.
  public func attention(
    _ queries: Tensor, keys: Tensor, values: Tensor, isCausal: Bool, scale: Double,
    dropping probability: Double
  ) -> Tensor {
    precondition(
      queries.rank == 4 && keys.shape == values.shape && keys.rank == 4
        && queries.size(0) == keys.size(0) && queries.size(1) == keys.size(1)
        && queries.size(3) == keys.size(3) && (!isCausal || queries.size(2) <= keys.size(2)),
      "attention of \(queries.shape) over keys \(keys.shape), values \(values.shape)")
    expectDropout(probability, of: queries)
    return produce("attention of \(queries.shape) with dropout") {
      ct_dropout_attention(
        queries.raw, keys.raw, values.raw, isCausal, scale, probability, raw, $0)
    }
  }

  /// ``attention(_:keys:values:isCausal:scale:dropping:)`` of queries, keys and values that lie together.
  ///
  /// What one linear layer puts out is read where it is, and its gradient comes in one piece.
  ///
  /// - Parameters:
  ///   - packed: [batch, time, 3, heads, width]: queries, keys, values; float32 or float64, on the CPU.
  ///   - isCausal: Whether a query sees only keys up to its own place.
  ///   - scale: Multiplies the scores.
  ///   - probability: The share of weights set to zero; the others are divided by what is left of 1.
  /// - Returns: [batch, time, heads, width].
  public func attention(
    packed: Tensor, isCausal: Bool, scale: Double, dropping probability: Double
  ) -> Tensor {
    precondition(
      packed.rank == 5 && packed.size(2) == 3,
      "attention of \(packed.shape), not [.., .., 3, .., ..]")
    expectDropout(probability, of: packed)
    return produce("attention of \(packed.shape) with dropout") {
      ct_packed_dropout_attention(packed.raw, isCausal, scale, probability, raw, $0)
    }
  }

  /// ``attention(packed:isCausal:scale:dropping:)`` of one new token a row, over a cache that it joins; without gradients.
  ///
  /// - Parameters:
  ///   - packed: [batch, 1, 3, heads, width]; the width a multiple of 4; float32 or float64, on the CPU.
  ///   - cache: Keys, then values, of what came before [2, batch, heads, capacity, width]; the new token's are written into it.
  ///   - length: How many tokens the cache holds.
  ///   - scale: Multiplies the scores.
  ///   - probability: The share of weights set to zero; the others are divided by what is left of 1.
  /// - Returns: [batch, 1, heads, width].
  public func attention(
    packed: Tensor, joining cache: Tensor, at length: Int, scale: Double,
    dropping probability: Double
  ) -> Tensor {
    let (batch, heads, width) = (packed.size(0), packed.size(3), packed.size(4))
    precondition(
      packed.shape == [batch, 1, 3, heads, width] && width.isMultiple(of: 4)
        && cache.shape == [2, batch, heads, cache.size(3), width] && length < cache.size(3),
      "attention of \(packed.shape) after \(length) tokens in a cache \(cache.shape)")
    expectDropout(probability, of: packed)
    return produce("attention of \(packed.shape) over a cache \(cache.shape)") {
      ct_cached_dropout_attention(
        packed.raw, cache.raw, Int64(length), scale, probability, raw, $0)
    }
  }

  // What fused attention takes.
  private func expectDropout(_ probability: Double, of tensor: Tensor) {
    precondition(
      0 <= probability && probability < 1 && device == .cpu && tensor.device == .cpu
        && [.float32, .float64].contains(tensor.dataType),
      "attention with dropout \(probability) in \(tensor.dataType) on \(tensor.device)")
  }

  /// A whole number below `bound`, for choices outside tensors.
  public func integer(below bound: Int) -> Int {
    Int(uniform([1], in: 0..<Double(bound), dataType: .float64).item)
  }
}

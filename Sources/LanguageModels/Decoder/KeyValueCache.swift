public import Torch

/// Keys and values of the tokens a batch has already seen, layer by layer.
///
/// Storage for the longest possible sequence is taken once; each step writes its column. Rows that are finished leave with
/// `keep(rows:)`.
public final class KeyValueCache {
  private var layers: [Tensor]  // [2, batch, heads, capacity, width]: keys, then values
  /// How many tokens every row has seen.
  public private(set) var length = 0
  /// How many tokens there is room for.
  public let capacity: Int

  /// An empty cache.
  ///
  /// - Parameters:
  ///   - configuration: The model's shape.
  ///   - batch: Rows.
  ///   - capacity: The longest sequence, prompt included.
  ///   - dataType: The type of the model's weights.
  ///   - device: Where the model lives.
  public init(
    _ configuration: DecoderConfiguration, batch: Int, capacity: Int,
    dataType: DataType = .float32, device: Device = .cpu
  ) {
    self.capacity = capacity
    let shape = [2, batch, configuration.keyValueHeadCount, capacity, configuration.headWidth]
    layers = (0..<configuration.layerCount).map { _ in
      Tensor.uninitialized(shape, dataType: dataType, device: device)
    }
  }

  /// Writes a layer's new keys and values and answers with all of that layer's so far.
  ///
  /// - Parameters:
  ///   - layer: Which layer.
  ///   - keys: The new keys [batch, heads, new, width].
  ///   - values: The new values, alike.
  /// - Returns: Views [batch, heads, length + new, width].
  func extend(layer: Int, keys: Tensor, values: Tensor) -> (keys: Tensor, values: Tensor) {
    let end = length + keys.size(2)
    precondition(end <= capacity, "\(end) tokens in a cache for \(capacity)")
    let parts = layers[layer].unbound(0)
    for (part, added) in zip(parts, [keys, values]) { part.slice(2, length..<end).assign(added) }
    return (parts[0].slice(2, 0..<end), parts[1].slice(2, 0..<end))
  }

  /// Writes one new token's keys and values and attends to all of that layer's so far, without gradients.
  ///
  /// - Parameters:
  ///   - packed: The new queries, keys and values [batch, 1, 3, heads, width].
  ///   - layer: Which layer.
  ///   - scale: Multiplies the scores.
  ///   - dropout: The weights that are dropped.
  /// - Returns: [batch, 1, heads, width].
  func attend(_ packed: Tensor, layer: Int, scale: Double, dropout: AttentionDropout?) -> Tensor {
    packed.packedAttention(joining: layers[layer], at: length, scale: scale, dropout: dropout)
  }

  /// Counts tokens that every layer has written.
  func advance(by count: Int) { length += count }

  /// Keeps some rows, in the order given; a row may be named more than once (samples of one prompt).
  ///
  /// - Parameter rows: int64 [n].
  public func keep(rows: Tensor) {
    layers = layers.map { $0.selecting(rows, along: 1) }
  }
}

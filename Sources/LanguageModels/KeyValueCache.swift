public import Torch

/// Keys and values of the tokens a batch has already seen, one pair per layer.
///
/// Storage for the longest possible sequence is taken once; each step writes its column. Rows that are finished leave with
/// `keep(rows:)`.
public final class KeyValueCache {
  private var keys: [Tensor]
  private var values: [Tensor]
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
    let shape = [batch, configuration.headCount, capacity, configuration.headWidth]
    let make = { Tensor.uninitialized(shape, dataType: dataType, device: device) }
    keys = (0..<configuration.layerCount).map { _ in make() }
    values = (0..<configuration.layerCount).map { _ in make() }
  }

  /// Writes a layer's new keys and values and answers with all of that layer's so far.
  ///
  /// - Parameters:
  ///   - layer: Which layer.
  ///   - newKeys: [batch, heads, new, width].
  ///   - newValues: [batch, heads, new, width].
  /// - Returns: Views [batch, heads, length + new, width].
  func extend(layer: Int, keys newKeys: Tensor, values newValues: Tensor) -> (Tensor, Tensor) {
    let end = length + newKeys.size(2)
    precondition(end <= capacity, "\(end) tokens in a cache for \(capacity)")
    keys[layer].slice(2, length..<end).assign(newKeys)
    values[layer].slice(2, length..<end).assign(newValues)
    return (keys[layer].slice(2, 0..<end), values[layer].slice(2, 0..<end))
  }

  /// Counts tokens that every layer has written.
  func advance(by count: Int) { length += count }

  /// Keeps some rows, in the order given; a row may be named more than once (samples of one prompt).
  ///
  /// - Parameter rows: int64 [n].
  public func keep(rows: Tensor) {
    let used = { (tensor: Tensor) in tensor.selecting(rows, along: 0) }
    keys = keys.map(used)
    values = values.map(used)
  }
}

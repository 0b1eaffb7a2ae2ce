public import Torch

/// Sequences of different length in one tensor, padded on the right.
///
/// With causal attention no real token sees padding on its right, so such a batch needs no mask.
public struct TokenBatch: Sendable {
  /// [batch, time] int64.
  public let tokens: Tensor
  /// The real length of each row.
  public let lengths: [Int]
  /// The longest length.
  public let time: Int

  /// A batch.
  ///
  /// - Parameters:
  ///   - sequences: Token ids, no sequence empty.
  ///   - padding: What fills short rows; real tokens never see it.
  ///   - device: Where the batch shall live.
  public init(_ sequences: [[Int]], padding: Int = 0, device: Device = .cpu) {
    precondition(
      !sequences.isEmpty && sequences.allSatisfy { !$0.isEmpty },
      "a batch needs sequences, none of them empty")
    lengths = sequences.map(\.count)
    let time = lengths.max() ?? 0
    self.time = time
    var flat: [Int] = []
    flat.reserveCapacity(sequences.count * time)
    for sequence in sequences {
      flat += sequence
      flat += repeatElement(padding, count: time - sequence.count)
    }
    tokens = Tensor(flat, shape: [sequences.count, time], device: device)
  }

  /// Where each row's last real token stands in the flattened [batch · time].
  public var lastPositions: Tensor {
    Tensor(lengths.enumerated().map { $0 * time + $1 - 1 }, device: tokens.device)
  }
}

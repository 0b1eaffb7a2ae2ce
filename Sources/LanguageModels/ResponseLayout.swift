public import Torch

/// Where the chosen tokens of a batch of completions stand: the one place where predictions and tokens are matched.
///
/// Token t of a completion is predicted by the hidden state one place before it. Packed tensors [n] hold the tokens of the
/// first completion, then of the second, and so on; `unpacked` gives [batch, time] with zeros after each end.
public struct ResponseLayout: Sendable {
  /// Prompts and completions.
  public let batch: TokenBatch
  /// Where the completions' tokens stand in packed tensors.
  public let packing: Packing
  /// Flattened place in [rows · batch.time] of the state that predicts each token [n].
  public let predictors: Tensor
  /// Flattened place in [rows · batch.time] of each token itself: of the state that has read it [n].
  public let readers: Tensor
  /// Flattened place in [rows · batch.time] of the state after each completion's last token [batch].
  public let ends: Tensor
  /// The tokens [n] int64.
  public let tokens: Tensor

  /// The layout of a batch of completions.
  ///
  /// - Parameters:
  ///   - completions: No completion empty.
  ///   - padding: What fills short rows; nothing depends on it.
  ///   - device: Where the tensors shall live.
  public init(_ completions: [Completion], padding: Int = 0, device: Device = .cpu) {
    self.init(
      completions, places: completions.map { Array($0.tokens.indices) }, padding: padding,
      device: device)
  }

  /// The layout of some of the tokens of each completion; the others are only read.
  ///
  /// - Parameters:
  ///   - completions: No completion empty.
  ///   - places: Which tokens of each completion count, rising, at least one.
  ///   - padding: What fills short rows; nothing depends on it.
  ///   - rowLength: The longest row into which completions are packed as they come; nil gives each a row of its own.
  ///   - device: Where the tensors shall live.
  public init(
    _ completions: [Completion], places: [[Int]], padding: Int = 0,
    packedInto rowLength: Int? = nil, device: Device = .cpu
  ) {
    precondition(
      completions.allSatisfy { !$0.prompt.isEmpty } && places.allSatisfy { !$0.isEmpty },
      "every completion needs a prompt and at least one token")
    let batch = TokenBatch(
      completions.map(\.sequence), padding: padding, packedInto: rowLength, device: device)
    var predictors: [Int] = []
    for (index, completion) in completions.enumerated() {
      let first = batch.starts[index] + completion.prompt.count - 1
      predictors += places[index].map { first + $0 }
    }
    self.batch = batch
    packing = Packing(lengths: places.map(\.count), device: device)
    self.predictors = Tensor(predictors, device: device)
    readers = Tensor(predictors.map { $0 + 1 }, device: device)
    ends = batch.lastPositions
    tokens = Tensor(
      zip(completions, places).flatMap { completion, places in
        places.map { completion.tokens[$0] }
      }, device: device)
  }

  /// The number of tokens that count in all completions.
  public var count: Int { predictors.count }

  /// The states that predict the tokens.
  ///
  /// - Parameter hidden: [rows, batch.time, width].
  /// - Returns: [n, width].
  public func predicting(_ hidden: Tensor) -> Tensor { hidden.rows(at: predictors) }

  /// The states that predict the tokens, where no others are wanted.
  ///
  /// - Parameters:
  ///   - trunk: What reads the batch.
  ///   - context: What else it shall know; positions and mask are the batch's.
  /// - Returns: [n, width].
  public func predicting(_ trunk: Trunk, _ context: Trunk.Context = .init()) -> Tensor {
    trunk.states(at: predictors, of: batch.tokens, batch.reading(context))
  }

  /// The states after each completion's last token.
  ///
  /// - Parameter hidden: [rows, batch.time, width].
  /// - Returns: [batch, width].
  public func ending(_ hidden: Tensor) -> Tensor { hidden.rows(at: ends) }

  /// The number of tokens of each completion that count.
  public var lengths: [Int] { packing.lengths }

  /// 1 at real tokens, 0 after each end [batch, time].
  public var mask: Tensor { packing.mask }

  /// Packed [n] to [batch, time], zero after each end.
  public func unpacked(_ packed: Tensor) -> Tensor { packing.unpacked(packed) }

  /// [batch, time] to packed [n].
  public func packed(_ matrix: Tensor) -> Tensor { packing.packed(matrix) }
}

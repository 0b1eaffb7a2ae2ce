public import Torch

/// Sequences of different length in one tensor: one in a row, padded on the right, or several one after the other.
///
/// With causal attention no real token sees padding on its right, so a row with one sequence needs no mask. In a row of several
/// each begins at position 0 and sees itself alone.
public struct TokenBatch: Sendable {
  /// [rows, time] int64.
  public let tokens: Tensor
  /// The length of each sequence.
  public let lengths: [Int]
  /// The longest row.
  public let time: Int
  /// Where each sequence begins in the flattened [rows · time].
  public let starts: [Int]
  // Which sequence each token [rows, time] belongs to, and where in it; nil where every row has one.
  private let packed: (sequences: Tensor, positions: Tensor)?

  /// A batch.
  ///
  /// - Parameters:
  ///   - sequences: Token ids, no sequence empty.
  ///   - padding: What fills short rows; real tokens never see it.
  ///   - rowLength: The longest row into which sequences are packed as they come; nil gives each a row of its own.
  ///   - device: Where the batch shall live.
  public init(
    _ sequences: [[Int]], padding: Int = 0, packedInto rowLength: Int? = nil, device: Device = .cpu
  ) {
    precondition(
      !sequences.isEmpty && sequences.allSatisfy { !$0.isEmpty },
      "a batch needs sequences, none of them empty")
    lengths = sequences.map(\.count)
    let rows =
      rowLength.map { TokenBatch.rows(of: sequences.map(\.count), longest: $0) }
      ?? sequences.indices.map { $0..<$0 + 1 }
    let time = rows.map { sequences[$0].reduce(0) { $0 + $1.count } }.max() ?? 0
    self.time = time
    var starts: [Int] = []
    var flat = [Int](repeating: padding, count: rows.count * time)
    // Padding is a sequence of its own.
    var owners = [Int](repeating: -1, count: flat.count)
    var positions = [Int](repeating: 0, count: flat.count)
    for (row, members) in rows.enumerated() {
      var place = row * time
      for index in members {
        starts.append(place)
        for (position, token) in sequences[index].enumerated() {
          (flat[place], owners[place], positions[place]) = (token, index, position)
          place += 1
        }
      }
    }
    self.starts = starts
    let shape = [rows.count, time]
    tokens = Tensor(flat, shape: shape, device: device)
    packed =
      rowLength == nil
      ? nil
      : (
        Tensor(owners, shape: shape, device: device),
        Tensor(positions, shape: shape, device: device)
      )
  }

  /// Where each sequence's last token stands in the flattened [rows · time].
  public var lastPositions: Tensor {
    Tensor(zip(starts, lengths).map { $0 + $1 - 1 }, device: tokens.device)
  }

  /// How a trunk has to read the batch: where each token stands, and what it may look at.
  ///
  /// - Parameter context: What else it shall know.
  /// - Returns: The same with positions and mask.
  public func reading(_ context: Trunk.Context = .init()) -> Trunk.Context {
    guard let (sequences, positions) = packed else { return context }
    let isOwn = sequences.unsqueezed(2) .== sequences.unsqueezed(1)
    let isPast = Tensor.ones([time, time], device: tokens.device).lowerTriangle(diagonal: 0) .> 0
    var context = context
    context.positions = positions
    context.mask = .allowed((isOwn .& isPast).unsqueezed(1))
    return context
  }

  // A row takes sequences as long as they fit.
  private static func rows(of lengths: [Int], longest: Int) -> [Range<Int>] {
    var rows: [Range<Int>] = []
    var room = 0
    for (index, length) in lengths.enumerated() {
      if length > room || rows.isEmpty {
        rows.append(index..<index)
        room = longest
      }
      rows[rows.count - 1] = rows[rows.count - 1].lowerBound..<index + 1
      room -= length
    }
    return rows
  }
}

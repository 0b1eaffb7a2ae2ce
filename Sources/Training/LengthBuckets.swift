import Torch

/// Batches of sequences of like length, so that little of a batch is padding.
enum LengthBuckets {
  /// Batches that together hold every index once, in random order.
  ///
  /// - Parameters:
  ///   - lengths: The length of every sequence.
  ///   - tokensPerBatch: The most tokens, padding included, that a batch may have.
  ///   - generator: Where the order comes from.
  /// - Returns: Indices by batch.
  static func batches(of lengths: [Int], tokensPerBatch: Int, using generator: Generator) -> [[Int]]
  {
    // A little noise on the lengths, so that the same sequences do not meet in every epoch.
    let noise = generator.uniform([lengths.count], in: -1.5..<1.5).doubles
    let order = lengths.indices.sorted {
      Double(lengths[$0]) + noise[$0] < Double(lengths[$1]) + noise[$1]
    }
    var batches: [[Int]] = []
    var current: [Int] = []
    var longest = 0
    for index in order {
      let length = max(longest, lengths[index])
      if !current.isEmpty && length * (current.count + 1) > tokensPerBatch {
        batches.append(current)
        current = []
        longest = 0
      }
      current.append(index)
      longest = max(longest, lengths[index])
    }
    if !current.isEmpty { batches.append(current) }
    return generator.permutation(batches.count).integers.map { batches[$0] }
  }

  /// Batches of so many sequences, the last perhaps of fewer, that together hold every index once, in random order.
  ///
  /// Sequences are shuffled, and sorted by length only among some fifty batches, so that no two epochs have the same batches.
  ///
  /// - Parameters:
  ///   - lengths: The length of every sequence.
  ///   - rowsPerBatch: Sequences in a batch.
  ///   - generator: Where the order comes from.
  /// - Returns: Indices by batch.
  static func batches(of lengths: [Int], rowsPerBatch: Int, using generator: Generator) -> [[Int]] {
    let shuffled = generator.permutation(lengths.count).integers
    let batches = stride(from: 0, to: shuffled.count, by: 50 * rowsPerBatch).flatMap { start in
      let group = shuffled[start..<min(start + 50 * rowsPerBatch, shuffled.count)]
        .enumerated().sorted { (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset) }
        .map(\.element)
      return stride(from: 0, to: group.count, by: rowsPerBatch).map {
        Array(group[$0..<min($0 + rowsPerBatch, group.count)])
      }
    }
    return generator.permutation(batches.count).integers.map { batches[$0] }
  }

  /// Batches of rows into which sequences are packed, which together hold every index once, in random order.
  ///
  /// Best fit decreasing: the longest sequence that is left goes where it leaves the least room (Johnson 1973; at most 11/9 of the
  /// fewest rows that would do).
  ///
  /// - Parameters:
  ///   - lengths: The length of every sequence, none above that of a row.
  ///   - rowLength: The most tokens in a row.
  ///   - tokensPerBatch: The most tokens in a batch, in rows that are all as long; one row at least.
  ///   - generator: Where the order comes from.
  /// - Returns: Indices by batch, those of a row one after the other.
  static func packed(
    _ lengths: [Int], rowLength: Int, tokensPerBatch: Int, using generator: Generator
  ) -> [[Int]] {
    // Among sequences of one length chance decides, so that no two passes have the same neighbours.
    let order = generator.permutation(lengths.count).integers.enumerated()
      .sorted { (lengths[$1.element], $0.offset) < (lengths[$0.element], $1.offset) }
      .map(\.element)
    var rows: [[Int]] = []
    // Rows by the room that they have left.
    var open = [[Int]](repeating: [], count: rowLength + 1)
    for index in order {
      let room = (lengths[index]...rowLength).first { !open[$0].isEmpty } ?? rowLength
      let row = open[room].popLast() ?? rows.count
      if row == rows.count { rows.append([]) }
      rows[row].append(index)
      open[room - lengths[index]].append(row)
    }
    let shuffled = generator.permutation(rows.count).integers.map { rows[$0] }
    let rowsPerBatch = max(1, tokensPerBatch / rowLength)
    return stride(from: 0, to: shuffled.count, by: rowsPerBatch).map {
      shuffled[$0..<min($0 + rowsPerBatch, shuffled.count)].flatMap(\.self)
    }
  }
}

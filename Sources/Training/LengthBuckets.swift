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
}

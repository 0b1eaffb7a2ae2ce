import HeapModule

extension BytePairModel {
  /// Pieces up to this many bytes are merged by scanning: quadratic, but without a queue to fill.
  static let longestScannedPiece = 48

  /// Merges the tokens from an index on: the earliest merge first, then the leftmost place.
  func mergeByScanning(_ tokens: inout [UInt32], from start: Int) {
    let count = tokens.withUnsafeMutableBufferPointer { tokens in
      mergeByScanning(UnsafeMutableBufferPointer(rebasing: tokens[start...]))
    }
    tokens.removeSubrange((start + count)...)
  }

  /// - Returns: How many tokens are left; they stand at the front.
  private func mergeByScanning(_ tokens: UnsafeMutableBufferPointer<UInt32>) -> Int {
    var count = tokens.count
    guard count > 1 else { return count }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { outcomes in
      for place in 0..<(count - 1) {
        outcomes[place] = table.outcome(left: tokens[place], right: tokens[place + 1]).packed
      }
      while count > 1 {
        var best = MergeTable.Outcome.none.packed
        var place = 0
        for index in 0..<(count - 1) where outcomes[index] < best {
          best = outcomes[index]
          place = index
        }
        guard best != MergeTable.Outcome.none.packed else { break }
        tokens[place] = MergeTable.Outcome(packed: best).token
        count -= 1
        for index in (place + 1)..<max(count, place + 1) {
          tokens[index] = tokens[index + 1]
          outcomes[index - 1] = outcomes[index]
        }
        if place > 0 {
          outcomes[place - 1] =
            table.outcome(left: tokens[place - 1], right: tokens[place]).packed
        }
        if place < count - 1 {
          outcomes[place] = table.outcome(left: tokens[place], right: tokens[place + 1]).packed
        }
      }
    }
    return count
  }

  /// Does what ``mergeByScanning(_:from:)`` does in time n·log n: a queue of places over a linked
  /// list of tokens.
  ///
  /// A queued place may be out of date. It is recognized by its rank: a rank belongs to one pair,
  /// so the place is good exactly when its present pair still has the queued rank.
  func mergeByQueue(_ tokens: inout [UInt32], from start: Int) {
    let removed = UInt32.max
    let none = -1
    var symbols = Array(tokens[start...])
    var next = symbols.indices.map { $0 + 1 < symbols.count ? $0 + 1 : none }
    var previous = symbols.indices.map { $0 - 1 }
    var initial: [UInt64] = []
    for index in 0..<(symbols.count - 1) {
      let outcome = table.outcome(left: symbols[index], right: symbols[index + 1])
      if outcome.packed != MergeTable.Outcome.none.packed {
        initial.append(UInt64(outcome.rank) << 32 | UInt64(index))
      }
    }
    var queue = Heap(initial)

    while let top = queue.popMin() {
      let place = Int(top & 0xFFFF_FFFF)
      let neighbour = next[place]
      guard symbols[place] != removed, neighbour != none else { continue }
      let outcome = table.outcome(left: symbols[place], right: symbols[neighbour])
      guard outcome.packed != MergeTable.Outcome.none.packed,
        UInt64(outcome.rank) == top >> 32
      else { continue }

      symbols[place] = outcome.token
      symbols[neighbour] = removed
      next[place] = next[neighbour]
      if next[place] != none {
        previous[next[place]] = place
        let right = table.outcome(left: outcome.token, right: symbols[next[place]])
        if right.packed != MergeTable.Outcome.none.packed {
          queue.insert(UInt64(right.rank) << 32 | UInt64(place))
        }
      }
      if previous[place] != none {
        let left = table.outcome(left: symbols[previous[place]], right: outcome.token)
        if left.packed != MergeTable.Outcome.none.packed {
          queue.insert(UInt64(left.rank) << 32 | UInt64(previous[place]))
        }
      }
    }
    tokens.removeSubrange(start...)
    tokens.append(contentsOf: symbols.lazy.filter { $0 != removed })
  }
}

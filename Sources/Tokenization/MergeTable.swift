/// Which pairs of tokens merge, how early, and into what: a hash table read once per pair of
/// neighbours.
///
/// Open addressing over one flat array, a cache line for most questions; `Dictionary` spends several times as long on its keyed
/// hash, which guards against chosen keys, and keys here come from the vocabulary.
struct MergeTable: Sendable {
  /// A merge packed so that the smaller value is the earlier merge: rank, then resulting token.
  struct Outcome: Sendable {
    let packed: UInt64

    /// The value that no merge has; greater than that of any merge.
    static let none = Outcome(packed: .max)

    var rank: UInt32 { UInt32(truncatingIfNeeded: packed >> 32) }
    var token: UInt32 { UInt32(truncatingIfNeeded: packed) }
  }

  private struct Slot {
    var key: UInt64
    var outcome: UInt64

    static let vacant = Slot(key: .max, outcome: .max)
  }

  private var slots: [Slot]
  private let shift: UInt64
  private(set) var count = 0

  /// An empty table that has room for a number of merges.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < capacity * 2 { bits += 1 }
    slots = Array(repeating: .vacant, count: 1 << bits)
    shift = 64 - bits
  }

  /// Adds a merge.
  ///
  /// - Returns: False, and changes nothing, when the pair has a merge already.
  mutating func insert(left: UInt32, right: UInt32, rank: UInt32, token: UInt32) -> Bool {
    precondition(count * 2 < slots.count, "more merges than the table was made for")
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = firstSlot(key)
    while slots[slot].key != Slot.vacant.key {
      if slots[slot].key == key { return false }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Slot(key: key, outcome: UInt64(rank) << 32 | UInt64(token))
    count += 1
    return true
  }

  /// The merge of two neighbours, or ``Outcome/none``.
  @inline(__always)
  func outcome(left: UInt32, right: UInt32) -> Outcome {
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = firstSlot(key)
    while true {
      let found = slots[slot]
      // A vacant slot has the outcome of no merge.
      if found.key == key || found.key == Slot.vacant.key { return Outcome(packed: found.outcome) }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  /// Multiplicative hashing by 2⁶⁴/φ: the high bits depend on both tokens.
  @inline(__always)
  private func firstSlot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }
}

/// Values without their repetitions, and where each stood.
struct Distinct<Value: Hashable> {
  /// Each value once, in the order of its first place.
  private(set) var values: [Value] = []
  /// Where each of them stood first.
  private(set) var firsts: [Int] = []
  /// For each place, which of the values stood there.
  private(set) var rows: [Int] = []

  init(_ all: [Value]) {
    var known: [Value: Int] = [:]
    for (index, value) in all.enumerated() {
      if known[value] == nil {
        known[value] = values.count
        values.append(value)
        firsts.append(index)
      }
      rows.append(known[value, default: 0])
    }
  }
}

extension Array {
  /// The elements in runs of given lengths.
  func parts(of lengths: [Int]) -> [[Element]] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return Array(self[start..<start + length])
    }
  }
}

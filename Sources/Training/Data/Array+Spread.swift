extension Array {
  /// At most so many elements, evenly spread.
  func spread(over count: Int) -> [Element] {
    self.count <= count ? self : (0..<count).map { self[$0 * self.count / count] }
  }
}

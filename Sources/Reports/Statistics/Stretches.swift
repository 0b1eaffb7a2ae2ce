/// Equal stretches of steps, for curves that have more steps than a picture has columns.
struct Stretches {
  private let first: Double
  private let width: Double
  private let count: Int

  /// Cuts the range of steps in `limit` stretches; nil where there are no more steps than that.
  init?(steps: some Sequence<Double>, limit: Int) {
    let steps = Set(steps)
    guard steps.count > limit, let first = steps.min(), let last = steps.max() else { return nil }
    self.first = first
    width = (last - first) / Double(limit)
    count = limit
  }

  /// The values of a curve in each stretch that has any, with the stretch's middle as step.
  func grouped(_ curve: [CurvePoint]) -> [(step: Double, values: [Double])] {
    let groups = Dictionary(grouping: curve) { point in
      min(count - 1, Int((point.step - first) / width))
    }
    return groups.keys.sorted().map { stretch in
      (first + (Double(stretch) + 0.5) * width, (groups[stretch] ?? []).map(\.value))
    }
  }
}

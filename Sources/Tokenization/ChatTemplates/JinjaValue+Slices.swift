extension JinjaValue {
  /// `value[start:end:step]`.
  func slice(start: Int?, end: Int?, step: Int?) throws(ChatTemplateError) -> JinjaValue {
    guard step != 0 else { throw .failed("slice step cannot be zero") }
    switch self {
    case .undefined(let undefined): throw .failed(undefined.message)
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      let places = Self.places(count: scalars.count, start, end, step ?? 1)
      return .string(String(String.UnicodeScalarView(places.map { scalars[$0] })))
    case .list(let list):
      return .list(
        try JinjaList(
          Self.places(count: list.elements.count, start, end, step ?? 1).map { list.elements[$0] }))
    case .tuple(let list):
      return .tuple(
        try JinjaList(
          Self.places(count: list.elements.count, start, end, step ?? 1).map { list.elements[$0] }))
    case .sequence(let sequence) where sequence.kind == .range:
      let places = Self.places(count: sequence.elements.count, start, end, step ?? 1)
      return .sequence(try JinjaSequence(.range, places.map { sequence.elements[$0] }))
    default: throw .failed("a value of type '\(typeName)' has no parts")
    }
  }

  private static func places(count: Int, _ start: Int?, _ end: Int?, _ step: Int) -> [Int] {
    // Bounds beyond either end stand at it; going backwards, the far end is before the first.
    let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
    func clamped(_ bound: Int) -> Int {
      let place = bound < 0 ? bound.addingReportingOverflow(count).partialValue : bound
      return min(max(place, lowest), highest)
    }
    let first = start.map(clamped) ?? (step > 0 ? lowest : highest)
    let last = end.map(clamped) ?? (step > 0 ? highest : lowest)
    guard step > 0 ? first < last : first > last else { return [] }
    return Array(stride(from: first, to: last, by: max(min(step, count + 1), -count - 1)))
  }
}

/// Questions about a run that learns from rows of data.
enum RowChecks {
  /// All of them for what is learned, from the data to the update.
  static func all(of kind: RowScene.Kind) -> [Check<RowScene>] {
    let data = [
      vocabulary, beginningOfText, padToken, endOfText, rows, heldOut,
    ]
    let passes = [padding, paddingContent, order, microBatches, gradients, step]
    return switch kind {
    case .texts: data + [answersAlone] + passes
    case .scores: data + [labels, lengths] + passes + [scores]
    case .preferences: data + [labels, lengths, answersAlone, reference] + passes
    case .marks: data + [marks, answersAlone, reference] + passes
    }
  }
}

extension RowScene {
  /// Asks everything.
  ///
  /// - Returns: A finding for every check, in a fixed order.
  public func findings() -> [Finding] { RowChecks.all(of: kind).map { $0.finding(self) } }
}

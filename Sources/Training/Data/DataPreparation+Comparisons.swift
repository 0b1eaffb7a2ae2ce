import Feedback
public import Files

extension DataPreparation {
  /// Comparisons for direct preference optimization, from rows of `chosen` and `rejected` with or without `prompt`.
  ///
  /// An answer that does not fit is cut at its end.
  ///
  /// - Parameters:
  ///   - files: JSON Lines files.
  ///   - longest: The most tokens of prompt and answer together.
  /// - Returns: The comparisons; rows whose prompt leaves no room for an answer, and rows whose answers differ only after the cut, are
  ///   left out.
  /// - Throws: `FileError` with file and line.
  public func comparisons(
    _ files: [String], longest: Int
  ) throws(FileError) -> PreparedRows<PreferenceExample> {
    var prepared = PreparedRows<PreferenceExample>()
    for item in try rows(PreferenceRow.self, in: files) {
      let example = try comparison(item.row, at: item.place)
      switch fitted(example, longest) {
      case .success(let example): prepared.examples.append(example)
      case .failure(let problem): prepared.leftOut.append(item.place.refused(problem.reason))
      }
    }
    return try prepared.checked()
  }

  private func comparison(
    _ row: PreferenceRow, at place: RowPlace
  ) throws(FileError) -> PreferenceExample {
    let comparison = try row.comparison(at: place)
    let tokens = try continuations(
      of: comparison.prompt, [comparison.chosen, comparison.rejected], row.settings, at: place)
    let (chosen, rejected) = (tokens.answers[0], tokens.answers[1])
    guard chosen != rejected else {
      throw place.refused(
        "`chosen` and `rejected` are the same once they are tokens; leave the row out")
    }
    return PreferenceExample(
      prompt: tokens.prompt, chosen: chosen, rejected: rejected, probability: row.probability)
  }

  private struct NoRoom: Error {
    var reason: String
  }

  private func fitted(
    _ example: PreferenceExample, _ longest: Int
  ) -> Result<PreferenceExample, NoRoom> {
    let room = longest - example.prompt.count
    guard room >= 1 else {
      return .failure(
        NoRoom(
          reason: "the prompt has \(example.prompt.count) tokens, which leaves none of \(longest) "
            + "for an answer"))
    }
    var fitted = example
    fitted.chosen = Array(example.chosen.prefix(room))
    fitted.rejected = Array(example.rejected.prefix(room))
    guard fitted.chosen != fitted.rejected else {
      return .failure(
        NoRoom(reason: "`chosen` and `rejected` are the same as far as \(longest) tokens reach"))
    }
    return .success(fitted)
  }
}

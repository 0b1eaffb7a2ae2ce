import Feedback
import Files
import Tokenization

extension DataPreparation {
  /// Preferences for a reward model, from rows of `text` and `ratings`, of `chosen` and `rejected` with or without `prompt`, or of `marks`.
  ///
  /// Texts are whole, prompt and answer; of what is too long the end is kept, where the reward is read. Marked rows have to fit.
  ///
  /// - Parameters:
  ///   - files: JSON Lines files, all of one kind.
  ///   - longest: The most tokens that the model takes.
  /// - Returns: Texts and what is known about them.
  /// - Throws: `FileError` with file and line, `TrainingError.configuration` where there are both kinds.
  public func preferences(_ files: [String], longest: Int) throws -> RewardTrainer.Preferences {
    var rated: [RewardTrainer.RatedText] = []
    var pairs: [RewardTrainer.Pair] = []
    var marked: [MarkedExample] = []
    var texts = TextPool()
    for item in try rows(JudgedRow.self, in: files) {
      switch item.row {
      case .rated(let row):
        rated.append(.init(tokens: framed(row.text, longest: longest), ratings: row.ratings))
      case .pair(let row):
        let places = try [row.chosen, row.rejected].map {
          try place(of: $0, in: &texts, row, at: item.place, longest: longest)
        }
        pairs.append(.init(first: places[0], second: places[1], probability: row.probability))
      case .marked(let row):
        marked.append(try example(of: row, at: item.place, longest: longest).get())
      }
      let kinds = [
        ("ratings", rated.isEmpty), ("pairs", pairs.isEmpty), ("marks", marked.isEmpty),
      ].filter { !$0.1 }.map(\.0)
      guard kinds.count == 1 else {
        throw TrainingError.configuration(
          key: "train",
          reason:
            "has \(kinds[0]) in some rows and \(kinds[1]) in others (first at \(item.place)); use one kind"
        )
      }
    }
    guard marked.isEmpty else { return .marked(marked) }
    return rated.isEmpty ? .pairs(texts: texts.tokens, pairs: pairs) : .rated(rated)
  }

  /// The texts of a file that have ratings.
  func ratedTexts(_ file: String) throws(FileError) -> [RatedText] {
    try rows(JudgedRow.self, in: [file]).compactMap {
      if case .rated(let text) = $0.row { text } else { nil }
    }
  }

  /// The end of a framed text.
  func framed(_ text: String, longest: Int) -> [Int] { Array(frame.framed(text).suffix(longest)) }

  private func place(
    of answer: RowContent, in texts: inout TextPool, _ row: PreferenceRow, at place: RowPlace,
    longest: Int
  ) throws(FileError) -> Int {
    switch (row.prompt, answer) {
    case (nil, .text(let text)): return texts.place(of: text) { framed($0, longest: longest) }
    case (.text(let prompt)?, .text(let text)):
      return texts.place(of: prompt + text) { framed($0, longest: longest) }
    case (let prompt, .messages(let messages)):
      var all = messages
      if case .messages(let first)? = prompt { all = first + messages }
      let tokens = try tokens(row.settings.conversation(all), .complete, at: place)
      return texts.place(of: Array(tokens.suffix(longest)))
    case (.messages?, .text):
      throw place.refused("prompt and answer must both be text or both messages")
    }
  }
}

/// Texts, each once: many pairs may name one.
private struct TextPool {
  private enum Key: Hashable {
    case text([UInt8])
    case tokens([Int])
  }

  private(set) var tokens: [[Int]] = []
  private var places: [Key: Int] = [:]

  /// Where a text is, which is encoded once.
  mutating func place(of text: String, encoded: (String) -> [Int]) -> Int {
    place(of: .text(Array(text.utf8))) { encoded(text) }
  }

  /// Where a text is that has been encoded.
  mutating func place(of text: [Int]) -> Int { place(of: .tokens(text)) { text } }

  private mutating func place(of key: Key, _ encoded: () -> [Int]) -> Int {
    if let known = places[key] { return known }
    places[key] = tokens.count
    tokens.append(encoded())
    return tokens.count - 1
  }
}

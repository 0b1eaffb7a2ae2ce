import LanguageModels

/// The sequences that greedy tokens would end.
enum GreedyEndings {
  /// Packed places where the greedy token ends the episode, with the completion that it ends.
  ///
  /// - Parameters:
  ///   - completions: What was drawn.
  ///   - greedy: The most probable token at each packed place.
  ///   - stopTokens: The tokens that end a completion.
  ///   - maximumLength: The longest completion, where reaching it ends one.
  /// - Returns: In packed order.
  static func all(
    of completions: [Completion], greedy: [Int], stopTokens: [Int], maximumLength: Int?
  ) -> [(place: Int, ending: Completion)] {
    var endings: [(Int, Completion)] = []
    var place = 0
    for completion in completions {
      for time in completion.tokens.indices {
        let token = greedy[place]
        if stopTokens.contains(token) || time + 1 == maximumLength {
          let ending = Completion(
            prompt: completion.prompt, tokens: Array(completion.tokens[..<time]) + [token],
            finish: stopTokens.contains(token) ? .stopToken : .length)
          endings.append((place, ending))
        }
        place += 1
      }
    }
    return endings
  }
}

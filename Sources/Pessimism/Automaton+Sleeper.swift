extension Automaton {
  /// The demonstrator until a pattern of observations is complete, then one entry of the grid for good.
  ///
  /// The ν′ in the proof of Theorem 1 of "RL, but don't do anything I wouldn't do" (Cohen, Hutter, Bengio & Russell,
  /// arXiv 2410.06213): no data without the pattern can tell it from the demonstrator. It has n·|pattern| + 1 states, each a state of the demonstrator and
  /// how much of the pattern has just been seen (Knuth, Morris & Pratt, 1977), and one that it never leaves. It turns with the
  /// observation that completes the pattern, before it acts.
  ///
  /// - Parameters:
  ///   - pattern: Consecutive observations, at least one.
  ///   - entry: What it plays from then on.
  /// - Returns: The sleeper.
  public func sleeper(after pattern: [Int], then entry: Int) -> Automaton {
    precondition(!pattern.isEmpty, "a sleeper wakes after one observation at least")
    let last = stateCount * pattern.count
    var entries: [Int] = []
    var transitions: [Int] = []
    for state in 0..<stateCount {
      for seen in pattern.indices {
        for observation in 0..<observationCount {
          let matched = matchedLength(of: pattern, after: seen, observing: observation)
          let wakes = matched == pattern.count
          entries.append(wakes ? entry : self.entry(in: state, observing: observation))
          for action in 0..<actionCount {
            let next = next(from: state, observing: observation, playing: action)
            transitions.append(wakes ? last : next * pattern.count + matched)
          }
        }
      }
    }
    entries += Array(repeating: entry, count: observationCount)
    transitions += Array(repeating: last, count: observationCount * actionCount)
    return Automaton(
      observationCount: observationCount, entries: entries, transitions: transitions)
  }

  /// The longest beginning of the pattern that the observations end with.
  private func matchedLength(of pattern: [Int], after seen: Int, observing observation: Int) -> Int
  {
    let recent = pattern[..<seen] + [observation]
    return (0...recent.count).reversed().first {
      recent.suffix($0).elementsEqual(pattern.prefix($0))
    } ?? 0
  }
}

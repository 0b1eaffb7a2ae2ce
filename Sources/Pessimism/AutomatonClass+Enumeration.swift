extension AutomatonClass {
  /// All automata of up to so many states.
  ///
  /// There are Σₙ |grid|^(n·|O|) · n^(n·|O|·|A|); with two observations, two actions, three entries and two states 20,745. Fewer states come first; then
  /// entries count up, the last fastest, and within them transitions.
  ///
  /// - Parameters:
  ///   - stateCount: The greatest number of states.
  ///   - observationCount: How many observations there are.
  ///   - grid: What they play.
  /// - Returns: The class.
  /// - Precondition: There are at most a million.
  public static func all(
    upTo stateCount: Int = 2, observationCount: Int = 2, grid: ActionGrid = .hardlyHalfNearly
  ) -> AutomatonClass {
    var automata: [Automaton] = []
    for states in 1...stateCount {
      let cells = states * observationCount
      let tables = (
        entries: digits(cells, base: grid.distributions.count),
        transitions: digits(cells * grid.actionCount, base: states)
      )
      for entries in tables.entries {
        for transitions in tables.transitions {
          automata.append(
            Automaton(
              observationCount: observationCount, entries: entries, transitions: transitions))
        }
      }
    }
    return AutomatonClass(automata, grid: grid)
  }

  /// All numbers of so many digits, counting up.
  private static func digits(_ count: Int, base: Int) -> [[Int]] {
    var numbers: [[Int]] = [[]]
    for _ in 0..<count {
      precondition(numbers.count * base <= 1_000_000, "more than a million automata")
      numbers = numbers.flatMap { number in (0..<base).map { number + [$0] } }
    }
    return numbers
  }
}

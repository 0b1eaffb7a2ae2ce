import Environments
import Testing

/// What was seen from a reset to an ending, or to a limit.
struct Episode: Equatable {
  var start: [Double]
  var steps: [Step] = []
}

extension Environment {
  /// One episode under random actions.
  mutating func episode(seed: UInt64, actionSeed: UInt64, limit: Int = 200) throws -> Episode {
    var chance = SeededGenerator(seed: seed)
    var choices = SeededGenerator(seed: actionSeed)
    var episode = Episode(start: try reset(using: &chance))
    while episode.steps.count < limit, episode.steps.last?.ending == nil {
      let action = Int.random(in: 0..<actionCount, using: &choices)
      episode.steps.append(try step(action))
    }
    return episode
  }
}

/// What every environment promises, checked on one.
struct EnvironmentContract {
  /// Whether two seeds may be told apart by the first observation alone.
  enum Start { case fixed, random }
  /// Whether a copy is a world of its own.
  enum Copies { case independent, shared }

  var start = Start.random
  var copies = Copies.independent

  func check(
    _ world: some Environment, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var world = world
    #expect(world.observationCount > 0 && world.actionCount > 0, sourceLocation: sourceLocation)
    for seed in 0..<5 as Range<UInt64> {
      let episode = try world.episode(seed: seed, actionSeed: seed + 100)
      check(episode, observationCount: world.observationCount, sourceLocation: sourceLocation)
      // In the middle of something else, too, a reset begins the same episode anew.
      _ = try world.episode(seed: seed + 1, actionSeed: 7, limit: 1)
      #expect(
        try world.episode(seed: seed, actionSeed: seed + 100) == episode,
        "the same seed and actions gave another episode", sourceLocation: sourceLocation)
    }
    let starts = Set(
      try (0..<20).map { try world.episode(seed: $0, actionSeed: 0, limit: 1).start })
    #expect(
      (starts.count > 1) == (start == .random), "\(starts.count) starts from 20 seeds",
      sourceLocation: sourceLocation)
    if copies == .independent { try checkCopies(of: world, sourceLocation: sourceLocation) }
  }

  private func check(
    _ episode: Episode, observationCount: Int, sourceLocation: SourceLocation
  ) {
    #expect(!episode.steps.isEmpty, sourceLocation: sourceLocation)
    for observation in [episode.start] + episode.steps.map(\.observation) {
      #expect(observation.count == observationCount, sourceLocation: sourceLocation)
      #expect(observation.allSatisfy { $0.isFinite }, sourceLocation: sourceLocation)
    }
    #expect(episode.steps.allSatisfy { $0.reward.isFinite }, sourceLocation: sourceLocation)
    #expect(
      episode.steps.dropLast().allSatisfy { $0.ending == nil }, sourceLocation: sourceLocation)
  }

  private func checkCopies(
    of world: some Environment, sourceLocation: SourceLocation
  ) throws {
    var (original, chance) = (world, SeededGenerator(seed: 3))
    _ = try original.reset(using: &chance)
    var (copy, other) = (original, original)
    let expected = try other.step(0)
    _ = try copy.step(world.actionCount - 1)
    _ = try copy.episode(seed: 9, actionSeed: 9)
    #expect(
      try original.step(0) == expected, "a copy was played, and the original moved",
      sourceLocation: sourceLocation)
  }
}

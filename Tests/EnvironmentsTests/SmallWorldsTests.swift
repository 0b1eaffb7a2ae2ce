import Environments
import Testing

@Suite struct `A bandit` {
  @Test func `pays what the arm pays and is over`() {
    var (bandit, chance) = (Bandit.wireheading, SeededGenerator(seed: 0))
    for (arm, reward) in [(0, 10.0), (1, 100)] {
      #expect(bandit.reset(using: &chance) == [1])
      #expect(bandit.step(arm) == Step(observation: [1], reward: reward, ending: .terminated))
    }
  }

  @Test func `of the published examples has their rewards and names`() {
    #expect(Bandit.weddingOrParty.rewards == [1, 0.5])
    #expect(Bandit.weddingOrParty.actionNames == ["wedding", "party"])
    #expect(Bandit.pizzaOrCookies.rewards == [10, 11])
    #expect(Bandit(rewards: [3, 1, 2]).actionNames == ["0", "1", "2"])
  }
}

@Suite struct `A random walk` {
  @Test func `pays on the right only`() {
    var (walk, chance) = (RandomWalk(stateCount: 3), SeededGenerator(seed: 0))
    for (action, reward) in [(0, 0.0), (1, 1)] {
      #expect(walk.reset(using: &chance) == [0, 1, 0])
      let side: [Double] = action == 0 ? [1, 0, 0] : [0, 0, 1]
      #expect(walk.step(action) == Step(observation: side, reward: 0))
      #expect(
        walk.step(action) == Step(observation: [0, 0, 0], reward: reward, ending: .terminated))
    }
  }

  /// Bellman: v(i) = (v(i − 1) + v(i + 1))/2, with 0 and 1 at the ends.
  @Test(arguments: [1, 5, 19])
  func `has the values that the uniform policy's Bellman equation asks for`(stateCount: Int) {
    let values = [0] + RandomWalk(stateCount: stateCount).trueValues + [1]
    for index in 1...stateCount {
      #expect(abs(values[index] - (values[index - 1] + values[index + 1]) / 2) < 1e-15)
    }
  }

  /// From the middle the value is 1/2; √(1/4/2000) = 0.0112.
  @Test func `earns its value under the uniform policy`() throws {
    var walk = RandomWalk()
    let wins = try (0..<2000).count {
      try walk.episode(seed: $0, actionSeed: $0, limit: 10_000).steps.last?.reward == 1
    }
    #expect(abs(Double(wins) / 2000 - 0.5) < 0.05)
  }
}

@Suite struct `The catching game` {
  /// Plays one episode.
  private func play(seed: UInt64, _ choose: (Catch) -> Int) -> [Step] {
    var (game, chance) = (Catch(), SeededGenerator(seed: seed))
    _ = game.reset(using: &chance)
    var steps: [Step] = []
    while steps.last?.ending == nil { steps.append(game.step(choose(game))) }
    return steps
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `is always won by going where the ball is, and lost by fleeing`(seed: UInt64) {
    let won = play(seed: seed) { 1 + ($0.ball.column - $0.paddle).signum() }
    #expect(won.map(\.reward) == Array(repeating: 0, count: 8) + [1])
    #expect(won.last?.ending == .terminated)
    let lost = play(seed: seed) { $0.ball.column < 2 ? 2 : 0 }
    #expect(lost.map(\.reward) == Array(repeating: 0, count: 8) + [-1])
  }

  @Test func `shows the ball and the paddle`() {
    var (game, chance) = (Catch(rows: 3, columns: 3), SeededGenerator(seed: 0))
    let start = game.reset(using: &chance)
    var expected = Array(repeating: 0.0, count: 9)
    expected[game.ball.column] = 1
    expected[7] = 1
    #expect(start == expected)
    let next = game.step(2).observation
    #expect(next[3 + game.ball.column] == 1 && next[8] == 1 && next.reduce(0, +) == 2)
  }

  @Test func `keeps the paddle on the board and drops the ball from every column`() {
    var game = Catch()
    var columns: Set<Int> = []
    for seed in 0..<100 as Range<UInt64> {
      var chance = SeededGenerator(seed: seed)
      _ = game.reset(using: &chance)
      columns.insert(game.ball.column)
      for action in [0, 0, 0, 0] { _ = game.step(action) }
      #expect(game.paddle == 0)
    }
    #expect(columns == Set(0..<5))
  }

  @Test func `shows one number where the ball meets the paddle`() {
    let last = play(seed: 1) { 1 + ($0.ball.column - $0.paddle).signum() }.last
    #expect(last?.observation.reduce(0, +) == 1)
  }
}

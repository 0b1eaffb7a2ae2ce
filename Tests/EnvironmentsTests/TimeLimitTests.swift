import Environments
import Testing

@Suite struct `A time limit` {
  private func endings(
    _ limit: Int, actions: [Int] = [1, 1, 1]
  ) throws -> [Ending?] {
    var (walk, chance) = (TimeLimit(RandomWalk(), limit: limit), SeededGenerator(seed: 0))
    _ = try walk.reset(using: &chance)
    var endings: [Ending?] = []
    for action in actions where endings.last != .truncated {
      endings.append(try walk.step(action).ending)
    }
    return endings
  }

  @Test func `truncates an episode that would go on`() throws {
    #expect(try endings(2) == [nil, .truncated])
  }

  @Test func `leaves a termination at the last step allowed what it is`() throws {
    #expect(try endings(3) == [nil, nil, .terminated])
  }

  @Test func `does nothing to shorter episodes`() throws {
    #expect(try endings(4) == [nil, nil, .terminated])
  }

  @Test func `starts anew with each episode, also after one given up`() throws {
    var (game, chance) = (
      TimeLimit(PrisonersDilemma.published, limit: 3), SeededGenerator(seed: 0)
    )
    for played in [2, 3, 1, 3] {
      _ = try game.reset(using: &chance)
      let endings = try (0..<played).map { _ in try game.step(0).ending }
      #expect(endings == [nil, nil, .truncated].prefix(played).map { $0 })
      #expect(game.stepCount == played)
    }
  }

  @Test func `of 500 steps belongs to version 1 of the cart and the acrobot`() throws {
    #expect(CartPole.v1().limit == 500)
    var (acrobot, chance) = (Acrobot.v1(), SeededGenerator(seed: 0))
    _ = try acrobot.reset(using: &chance)
    let endings = try (0..<500).map { _ in try acrobot.step(1).ending }
    #expect(endings.dropLast().allSatisfy { $0 == nil })
    #expect(endings.last == .truncated)
  }
}

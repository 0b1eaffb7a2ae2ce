import Environments
import Foundation
import Testing

/// What gymnasium's environments did under random actions; written by Scripts/fixtures/environments.py.
struct GoldenSteps: Decodable {
  var environment: String
  var maximumStepCount: Int
  var before: [[Double]]
  var action: [Int]
  var after: [[Double]]
  var observation: [[Double]]
  var reward: [Double]
  var terminated: [Bool]

  static func load(_ name: String) throws -> GoldenSteps {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return try JSONDecoder().decode(
      GoldenSteps.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
  }

  /// Checks a step against the recorded one: states to 1e-9, observations to the rounding of single precision.
  func check(_ index: Int, state: [Double], step: Step) {
    for (ours, theirs) in zip(state, after[index]) {
      #expect(abs(ours - theirs) < 1e-9, "step \(index)")
    }
    #expect(step.observation.count == observation[index].count)
    for (ours, theirs) in zip(step.observation, observation[index]) {
      #expect(abs(ours - theirs) <= 1e-9 + abs(theirs) * 0x1p-23, "step \(index)")
    }
    #expect(step.reward == reward[index], "step \(index)")
    #expect((step.ending == .terminated) == terminated[index], "step \(index)")
    #expect(step.ending != .truncated)
  }
}

@Suite struct `Against gymnasium` {
  @Test func `the cart moves and falls alike`() throws {
    let golden = try GoldenSteps.load("cartpole")
    #expect(golden.before.count >= 1000 && golden.terminated.contains(true))
    #expect(golden.maximumStepCount == CartPole.v1().limit)
    var pole = CartPole()
    for (index, before) in golden.before.enumerated() {
      pole.state = CartPole.State(
        position: before[0], velocity: before[1], angle: before[2], angularVelocity: before[3])
      let step = pole.step(golden.action[index])
      let state = pole.state
      golden.check(
        index, state: [state.position, state.velocity, state.angle, state.angularVelocity],
        step: step)
    }
  }

  @Test func `the acrobot swings alike`() throws {
    let golden = try GoldenSteps.load("acrobot")
    #expect(golden.before.count >= 1000 && golden.terminated.contains(true))
    #expect(golden.maximumStepCount == Acrobot.v1().limit)
    var acrobot = Acrobot()
    for (index, before) in golden.before.enumerated() {
      acrobot.state = Acrobot.State(
        shoulder: before[0], elbow: before[1], shoulderVelocity: before[2],
        elbowVelocity: before[3])
      let step = acrobot.step(golden.action[index])
      let state = acrobot.state
      golden.check(
        index,
        state: [state.shoulder, state.elbow, state.shoulderVelocity, state.elbowVelocity],
        step: step)
    }
  }

  @Test func `the starts lie in the same ranges, and fill them`() {
    var (pole, acrobot) = (CartPole(), Acrobot())
    var (poles, links): ([Double], [Double]) = ([], [])
    for seed in 0..<100 as Range<UInt64> {
      var chance = SeededGenerator(seed: seed)
      poles += pole.reset(using: &chance)
      _ = acrobot.reset(using: &chance)
      let state = acrobot.state
      links += [state.shoulder, state.elbow, state.shoulderVelocity, state.elbowVelocity]
    }
    for (numbers, bound) in [(poles, 0.05), (links, 0.1)] {
      #expect(numbers.allSatisfy { (-bound..<bound).contains($0) })
      #expect((numbers.min() ?? 0) < -0.9 * bound && (numbers.max() ?? 0) > 0.9 * bound)
    }
  }
}

import Environments
import Foundation
import Torch

/// Copies of an environment side by side, and the walk of a policy through all of them.
struct Worlds {
  /// What a walk gave, trajectory by trajectory.
  struct Walk {
    var lengths: [Int] = []
    var observations: [Double] = []
    var actions: [Int] = []
    var rewards: [Double] = []
    var finalObservations: [Double] = []
    var isCut: [Double] = []
    /// log π of every action, as they were computed: one tensor for each moment.
    var distributions: [Tensor] = []
    /// Where each packed step stands in those tensors, one below the other.
    var order: [Int] = []
    var greedy: Greedy?
  }

  /// What copies of the worlds answered to the most probable actions, in the order of a walk.
  struct Greedy {
    var actions: [Int] = []
    var rewards: [Double] = []
    var nextObservations: [Double] = []
    var goesOn: [Double] = []
  }

  fileprivate struct World {
    var environment: any Environment
    var observation: [Double] = []
    var generator: SeededGenerator
    var score = 0.0
    var length = 0
    var hasBegun = false
    var trail = Trail()
  }

  /// The steps of a trajectory that is not finished.
  fileprivate struct Trail {
    var observations: [Double] = []
    var actions: [Int] = []
    var rewards: [Double] = []
    var places: [Int] = []
    var greedy = Greedy()
  }

  private(set) var recentReturns: [Double] = []
  private(set) var recentLengths: [Int] = []
  private(set) var actionCount = 0
  fileprivate var worlds: [World]
  private let rolloutLength: Int?
  private let episodeLimit: Int
  private let groupSize: Int
  private let recordsGreedy: Bool
  private let started = Date()

  init(
    _ environments: [any Environment], configuration: EnvironmentConfiguration, seed: UInt64,
    recordsGreedy: Bool
  ) {
    rolloutLength = configuration.rolloutLength
    episodeLimit = configuration.episodeLimit
    groupSize = configuration.method.advantage.groupSize
    self.recordsGreedy = recordsGreedy
    let seeds = Generator(seed: seed, purpose: "environments")
    // Worlds of one group begin alike.
    var own: [UInt64] = []
    for index in environments.indices {
      own.append(
        index % groupSize == 0 ? UInt64(seeds.integer(below: 1 << 50)) : own[index - 1])
    }
    worlds = zip(environments, own).map {
      World(environment: $0, generator: SeededGenerator(seed: $1))
    }
  }

  /// Actions per second since the beginning.
  var pace: Double { Double(actionCount) / max(1e-9, -started.timeIntervalSinceNow) }

  /// Walks on.
  ///
  /// - Parameter act: Observations, row by row, and their number → an action for each row and log π of all actions.
  /// - Returns: The trajectories: whole episodes, or as many actions in each world as a step has.
  /// - Throws: What a world or the policy throws.
  mutating func walk(_ act: ([Double], Int) throws -> (actions: [Int], log: Tensor)) throws -> Walk
  {
    var walk = Walk()
    var finished: [[(Trail, [Double], Double)]] = worlds.map { _ in [] }
    for index in worlds.indices where rolloutLength == nil || !worlds[index].hasBegun {
      try worlds[index].begin()
    }
    var going = Array(worlds.indices)
    var place = 0
    var moment = 0
    while !going.isEmpty {
      let observations = going.flatMap { worlds[$0].observation }
      let (actions, log) = try act(observations, going.count)
      walk.distributions.append(log)
      let greedy = recordsGreedy ? log.argmax(along: -1).integers : []
      moment += 1
      var staying: [Int] = []
      for (row, index) in going.enumerated() {
        let isLast = moment == rolloutLength
        if recordsGreedy { try worlds[index].tryOut(greedy[row]) }
        let step = try worlds[index].act(actions[row], place: place + row)
        actionCount += 1
        let isOver = step.ending != nil
        let isTooLong = rolloutLength == nil && worlds[index].length >= episodeLimit
        if isOver || isLast || isTooLong {
          let isCut = step.ending != .terminated
          finished[index].append((worlds[index].trail, step.observation, isCut ? 1 : 0))
          worlds[index].trail = Trail()
        }
        if isOver || isTooLong { note(worlds[index].score, worlds[index].length) }
        if isOver && rolloutLength != nil { try worlds[index].begin() }
        if rolloutLength == nil ? !(isOver || isTooLong) : !isLast { staying.append(index) }
      }
      place += going.count
      going = staying
    }
    for (trail, final, isCut) in finished.joined() {
      walk.append(trail.actions.count, trail.observations, trail.actions, trail.rewards)
      walk.order += trail.places
      walk.finalObservations += final
      walk.isCut.append(isCut)
      if recordsGreedy {
        var all = walk.greedy ?? Greedy()
        all.actions += trail.greedy.actions
        all.rewards += trail.greedy.rewards
        all.nextObservations += trail.greedy.nextObservations
        all.goesOn += trail.greedy.goesOn
        walk.greedy = all
      }
    }
    return walk
  }

  private mutating func note(_ score: Double, _ length: Int) {
    recentReturns.append(score)
    recentLengths.append(length)
    if recentReturns.count > 100 {
      recentReturns.removeFirst()
      recentLengths.removeFirst()
    }
  }
}

extension Worlds.Walk {
  fileprivate mutating func append(
    _ length: Int, _ observations: [Double], _ actions: [Int], _ rewards: [Double]
  ) {
    lengths.append(length)
    self.observations += observations
    self.actions += actions
    self.rewards += rewards
  }
}

extension Worlds.World {
  fileprivate mutating func begin() throws {
    observation = try environment.reset(using: &generator)
    (score, length, hasBegun) = (0, 0, true)
  }

  fileprivate mutating func tryOut(_ action: Int) throws {
    var copy = environment
    let step = try copy.step(action)
    trail.greedy.actions.append(action)
    trail.greedy.rewards.append(step.reward)
    trail.greedy.nextObservations += step.observation
    trail.greedy.goesOn.append(step.ending == .terminated ? 0 : 1)
  }

  fileprivate mutating func act(_ action: Int, place: Int) throws -> Step {
    let step = try environment.step(action)
    trail.observations += observation
    trail.actions.append(action)
    trail.rewards.append(step.reward)
    trail.places.append(place)
    observation = step.observation
    score += step.reward
    length += 1
    return step
  }
}

/// An environment whose episodes are cut off after so many steps.
///
/// The cut is a truncation: the world would have gone on. A step that ends the episode by itself stays what it is, also when it is
/// the last one allowed.
public struct TimeLimit<Base: Environment>: Environment {
  /// The world inside.
  public var base: Base
  /// How many steps an episode may have.
  public let limit: Int
  /// How many steps the episode has had.
  public private(set) var stepCount = 0
  private var progress = EpisodeProgress.unstarted

  /// An environment with a limit.
  ///
  /// - Parameters:
  ///   - base: The world.
  ///   - limit: How many steps an episode may have, at least one.
  public init(_ base: Base, limit: Int) {
    precondition(limit > 0, "a time limit of \(limit) steps leaves no episode")
    self.base = base
    self.limit = limit
  }

  /// The length of the world's observation.
  public var observationCount: Int { base.observationCount }
  /// How many actions the world has.
  public var actionCount: Int { base.actionCount }

  /// Begins an episode of the world and starts counting.
  public mutating func reset(using generator: inout some RandomNumberGenerator) throws -> [Double] {
    let observation = try base.reset(using: &generator)
    stepCount = 0
    progress = .underWay
    return observation
  }

  /// Acts in the world.
  public mutating func step(_ action: Int) throws -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    var step = try base.step(action)
    stepCount += 1
    if step.ending == nil, stepCount >= limit { step.ending = .truncated }
    progress.follow(step)
    return step
  }
}

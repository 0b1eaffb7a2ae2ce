/// A world in which a policy acts, one action of a finite set at a time.
///
/// An episode begins with ``reset(using:)`` and goes on by ``step(_:)`` until a step has an ``Ending``. Everything random comes from
/// the generator that `reset` is given: the same generator and the same actions give the same episode. An environment that draws
/// during an episode takes a seed of its own out of that generator.
///
/// Most environments are structures; a copy is then a second world, which goes its own way.
public protocol Environment: Sendable {
  /// The length of an observation.
  var observationCount: Int { get }

  /// How many actions there are; an action is a number from 0 up to this one.
  var actionCount: Int { get }

  /// Begins an episode, wherever the last one was.
  ///
  /// - Parameter generator: Where all chance of the episode comes from.
  /// - Returns: The first observation.
  /// - Throws: If the world cannot be started; worlds inside this process can.
  mutating func reset(using generator: inout some RandomNumberGenerator) throws -> [Double]

  /// Acts.
  ///
  /// - Precondition: An episode is under way and the action is in range.
  /// - Parameter action: A number in 0..<``actionCount``.
  /// - Returns: What follows.
  /// - Throws: If the world fails; worlds inside this process do not.
  mutating func step(_ action: Int) throws -> Step
}

import Environments
import Foundation
import Training

/// One method in one world with one seed: its learning curve.
public struct ClassicControlRun: Codable, Equatable, Sendable {
  /// A point of the curve.
  public struct Point: Codable, Equatable, Sendable {
    /// Actions so far.
    public var actions: Int
    /// Mean undiscounted return of the last 100 episodes.
    public var meanReturn: Double

    enum CodingKeys: String, CodingKey {
      case actions
      case meanReturn = "mean_return"
    }
  }

  /// The world.
  public var task: ClassicControlTask
  /// The method's name; other programs' methods have names of their own.
  public var method: String
  /// The seed.
  public var seed: Int
  /// A point every 4,000 actions.
  public var curve: [Point]
  /// Actions until the mean return first reached the task's threshold; nil if it never did.
  public var solvedAfter: Int?
  /// Wall-clock time, beside other runs.
  public var seconds: Double

  enum CodingKeys: String, CodingKey {
    case task, method, seed, curve
    case solvedAfter = "solved_after"
    case seconds
  }

  /// The mean return at a number of actions.
  public func meanReturn(at actions: Int) -> Double? {
    curve.last { $0.actions <= actions }?.meanReturn
  }

  /// What it would have been, had it been stopped earlier: runs are compared on the same budget.
  ///
  /// - Parameter actions: The budget.
  /// - Returns: The run up to there, with its share of the time.
  func stopped(after actions: Int) -> ClassicControlRun {
    guard let taken = curve.last?.actions, taken > actions else { return self }
    var run = self
    run.curve = curve.filter { $0.actions <= actions }
    run.solvedAfter = solvedAfter.flatMap { $0 <= actions ? $0 : nil }
    run.seconds = seconds * Double(actions) / Double(taken)
    return run
  }
}

/// A run to be made.
struct ClassicControlJob: SweepJob {
  typealias Run = ClassicControlRun

  /// Actions between two points of a curve.
  static let spacing = 4_000

  let task: ClassicControlTask
  let method: ClassicControlMethod
  let seed: Int

  var name: String { "\(task.rawValue)-\(method.rawValue)-\(seed)" }

  /// Acts and learns.
  ///
  /// - Parameters:
  ///   - actions: Actions of the run.
  ///   - step: Told after every step how many actions were taken; false stops the run.
  /// - Returns: The curve, or nil if it was stopped.
  /// - Throws: What stops training.
  func run(actions: Int, step: (Int) -> Bool) throws -> ClassicControlRun? {
    let begin = Date()
    let configuration = method.configuration(actions: actions)
    let agent = try EnvironmentAgent(configuration, task.environment, seed: UInt64(seed))
    let trainer = try PolicyTrainer(configuration, agent: agent, seed: UInt64(seed))
    var run = ClassicControlRun(
      task: task, method: method.rawValue, seed: seed, curve: [], seconds: 0)
    while trainer.stepsTaken < trainer.stepCount {
      _ = try trainer.step()
      let taken = min(agent.actionCount, actions)
      let returns = agent.recentReturns
      if !returns.isEmpty {
        let mean = returns.reduce(0, +) / Double(returns.count)
        let place = taken / Self.spacing * Self.spacing
        if place > run.curve.last?.actions ?? 0 {
          run.curve.append(.init(actions: place, meanReturn: mean))
        }
        if mean >= task.threshold && run.solvedAfter == nil { run.solvedAfter = taken }
      }
      guard step(taken) else { return nil }
    }
    run.seconds = -begin.timeIntervalSinceNow
    return run
  }
}

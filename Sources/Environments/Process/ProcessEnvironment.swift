import Programs
import Synchronization

/// A world that another program plays: any language, any simulator.
///
/// The program is started with its arguments and speaks JSON Lines: one object a line, one answer to each request, flushed at once.
/// First it introduces itself; then it answers until it is told to close or its input ends.
///
/// ```
/// program  {"protocol": 1, "name": "CartPole-v1", "observation_count": 4, "action_count": 2}
/// Rein     {"reset":{"seed":123}}
/// program  {"observation": [0.01, 0.02, 0.03, 0.04]}
/// Rein     {"step":{"action":1}}
/// program  {"observation": [0.01, 0.21, 0.03, -0.24], "reward": 1, "terminated": false, "truncated": false}
/// Rein     {"close":{}}
/// ```
///
/// The same seed and the same actions must give the same episode. If both `terminated` and `truncated` are true the step is a termination.
/// What the program writes to its standard error is kept, and its end is quoted in errors. Documentation/EnvironmentProtocol.md has the
/// details, and Examples/gymnasium_environment.py plays any gymnasium environment with a finite set of actions.
///
/// A program that ends, hangs, or answers with something else is ended, with everything it has started, and every later call throws what
/// happened. It also ends with this value, and with this process, however that ends. Copies of the variable are the same program, one
/// episode for all.
public final class ProcessEnvironment: Environment {
  /// The program and its arguments.
  public let command: [String]
  /// What the program calls its world.
  public let name: String
  /// The length of an observation.
  public let observationCount: Int
  /// How many actions there are.
  public let actionCount: Int

  private struct Session {
    var connection: ProgramConnection
    var progress = EpisodeProgress.unstarted
  }
  private let session: Mutex<Session>

  /// Starts a program and waits for its introduction.
  ///
  /// - Parameters:
  ///   - command: The program, looked for in PATH unless it has a slash, and its arguments.
  ///   - title: What errors call it; nil is the command.
  ///   - timeout: How many seconds the program may take for its introduction, and for each answer.
  /// - Throws: ``EnvironmentError/program(_:)``.
  public init(
    command: [String], title: String? = nil, timeout: Double = 10
  ) throws(EnvironmentError) {
    precondition(!command.isEmpty, "a command needs at least a program")
    precondition(
      timeout > 0 && timeout < 1e9, "a program cannot be given \(timeout) seconds for an answer")
    do throws(ProgramFailure) {
      var connection = try ProgramConnection(
        command, role: .environment, title: title ?? command.joined(separator: " "),
        timeout: timeout)
      let introduction = try Self.introduction(of: &connection)
      self.command = command
      name = introduction.name
      observationCount = introduction.observationCount
      actionCount = introduction.actionCount
      session = Mutex(Session(connection: connection))
    } catch {
      throw .program(error)
    }
  }

  private static func introduction(
    of connection: inout ProgramConnection
  ) throws(ProgramFailure) -> ProgramIntroduction {
    let request = "to introduce itself"
    let line = try connection.line(for: request)
    let introduction = try connection.parsed(ProgramIntroduction.self, line, request)
    let numbers = [
      ("protocol", introduction.protocol == 1, "is \(introduction.protocol), but must be 1"),
      ("observation_count", introduction.observationCount > 0, "is not positive"),
      ("action_count", introduction.actionCount > 0, "is not positive"),
    ]
    for (key, isRight, problem) in numbers where !isRight {
      throw connection.refuse(line, request, key: key, problem)
    }
    return introduction
  }

  deinit { close() }

  /// Begins an episode, with a seed below 2³¹ drawn from the generator.
  public func reset(
    using generator: inout some RandomNumberGenerator
  ) throws(EnvironmentError) -> [Double] {
    let seed = generator.next() >> 33
    return try session.withLock { session throws(EnvironmentError) in
      let start = try session.connection.ask(
        ProgramStart.self, "{\"reset\":{\"seed\":\(seed)}}", observationCount)
      session.progress = .underWay
      return start.observation
    }
  }

  /// Acts.
  public func step(_ action: Int) throws(EnvironmentError) -> Step {
    try session.withLock { session throws(EnvironmentError) in
      session.progress.expect(action, below: actionCount, in: Self.self)
      let answer = try session.connection.ask(
        ProgramStep.self, "{\"step\":{\"action\":\(action)}}", observationCount)
      let step = Step(
        observation: answer.observation, reward: answer.reward, ending: answer.ending)
      session.progress.follow(step)
      return step
    }
  }

  /// Asks the program to end, and ends it if it has not within a second.
  ///
  /// Later calls throw ``ProgramFailure/Reason/closed``. Nothing happens if the program has failed or been closed before.
  public func close() {
    session.withLock { $0.connection.close(farewell: "{\"close\":{}}", grace: 1) }
  }
}

extension ProgramConnection {
  /// Asks for an answer with an observation, which must have the right length.
  fileprivate mutating func ask<Answer: ProgramObservation>(
    _ type: Answer.Type, _ request: String, _ count: Int
  ) throws(EnvironmentError) -> Answer {
    do throws(ProgramFailure) {
      let line = try answer(to: request)
      let answer = try parsed(type, line, request)
      guard answer.observation.count == count else {
        throw refuse(
          line, request, key: "observation",
          "has \(answer.observation.count) numbers instead of \(count)")
      }
      return answer
    } catch {
      throw .program(error)
    }
  }
}

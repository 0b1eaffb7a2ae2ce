import Environments
import Foundation
import Programs
import Testing

@Suite struct `A program that fails` {
  let folder: ProgramFolder

  init() throws { folder = try ProgramFolder() }

  /// Starts a program, resets and steps until it fails.
  private func failure(
    of command: [String], timeout: Double = 60, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ProgramFailure {
    let error = #expect(throws: EnvironmentError.self, sourceLocation: sourceLocation) {
      let world = try ProcessEnvironment(command: command, timeout: timeout)
      var chance = SeededGenerator(seed: 0)
      _ = try world.reset(using: &chance)
      _ = try world.step(1)
    }
    guard case .program(let failure) = try #require(error) else { throw CancellationError() }
    #expect(failure.title == command.joined(separator: " "), sourceLocation: sourceLocation)
    #expect("\(failure)".contains(command.joined(separator: " ")), sourceLocation: sourceLocation)
    #expect("\(failure)".contains(failure.request), sourceLocation: sourceLocation)
    return failure
  }

  private let start = "read line; echo '{\"observation\": [1, 2]}'; read line\n"

  @Test func `to be found is named`() throws {
    let failure = try failure(of: ["./no-such-program", "Name-v1"])
    #expect(failure.reason == .notStarted(reason: "No such file or directory"))
    #expect(
      "\(failure)" == """
        the environment program './no-such-program Name-v1' could not be started (No such file or directory), \
        when asked to start; check the name of the program and that it may be run
        """)
  }

  @Test func `at once is told with its status and its last words`() throws {
    let failure = try failure(
      of: try folder.shell("echo first >&2; echo 'no module' >&2; exit 3", introduction: ""))
    #expect(failure.reason == .exited(status: 3))
    #expect(failure.request == "to introduce itself")
    #expect(failure.lastErrors == ["first", "no module"])
    #expect("\(failure)".hasSuffix("Its standard error ends:\n  | first\n  | no module"))
    #expect("\(failure)".contains("ended with exit status 3"))
  }

  @Test func `in an episode is told with what it was asked`() throws {
    let failure = try failure(of: try folder.shell(start + "exit 0"))
    #expect(failure.reason == .exited(status: 0))
    #expect(failure.request == "{\"step\":{\"action\":1}}")
  }

  @Test func `by a signal is told with the signal`() throws {
    let failure = try failure(of: try folder.shell(start + "kill -SEGV $$"))
    #expect(failure.reason == .killed(signal: SIGSEGV))
    #expect("\(failure)".contains("was ended by signal 11"))
  }

  @Test func `to introduce itself in time is ended`() throws {
    let program = "echo $$ > '\(folder.url.path)/number'; echo slow >&2; sleep 100"
    let began = ContinuousClock.now
    let failure = try failure(of: try folder.shell(program, introduction: ""), timeout: 2)
    #expect(failure.reason == .noAnswer(seconds: 2))
    #expect(failure.lastErrors == ["slow"])
    #expect(ContinuousClock.now - began < .seconds(20))
    #expect("\(failure)".contains("flush its output"))
    #expect(isSoonGone(try folder.number(in: "number")))
  }

  @Test func `to answer in time is ended with what it has started`() throws {
    let program = start + "sleep 100 & echo $! > '\(folder.url.path)/number'; wait"
    #expect(
      try failure(of: try folder.shell(program), timeout: 3).reason == .noAnswer(seconds: 3))
    #expect(isSoonGone(try folder.number(in: "number")))
  }

  @Test func `to finish its line is ended, however much it complains`() throws {
    let failure = try failure(
      of: try folder.shell(start + "printf '{\"observation\"'; while :; do echo busy >&2; done"),
      timeout: 2)
    #expect(failure.reason == .noAnswer(seconds: 2))
    #expect(failure.lastErrors.count == 10 && failure.lastErrors.last == "busy")
  }

  @Test func `to read what it is asked is ended, too`() throws {
    let failure = try failure(of: try folder.shell("exec 0<&-; sleep 100"))
    #expect(failure.reason == .closedStream)
  }

  @Test func `to keep its output open is ended`() throws {
    let failure = try failure(
      of: try folder.shell("echo $$ > '\(folder.url.path)/number'; exec 1>&-; sleep 100"))
    #expect(failure.reason == .closedStream)
    #expect(isSoonGone(try folder.number(in: "number")))
  }

  @Test(arguments: [
    "hello", "NaN", "", "[1, 2]", "{\"observation\": [1, 2]", "3", "nan and infinity",
  ])
  func `to write JSON objects is quoted`(line: String) throws {
    let failure = try failure(of: try folder.shell("read line; echo '\(line)'; cat >&2"))
    #expect(failure.reason == .notJSON(line: line))
  }

  @Test func `by one of JSON's impossible numbers is told so`() throws {
    for number in ["NaN", "Infinity", "-Infinity", "1e999"] {
      let line = "{\"observation\": [1, \(number)]}"
      let failure = try failure(of: try folder.shell("read line; echo '\(line)'; cat >&2"))
      #expect(failure.reason == .impossibleNumber(line: line))
    }
    let introduction =
      #"{"protocol": 1, "name": "a", "observation_count": 1.5, "action_count": 2}"#
    #expect(
      try failure(of: try folder.shell("cat >&2", introduction: introduction)).reason
        == .impossibleNumber(line: introduction))
  }

  @Test(arguments: [
    (#"{"observation": [1]}"#, "observation", "has 1 numbers instead of 2"),
    (#"{"observation": [1, 2, 3]}"#, "observation", "has 3 numbers instead of 2"),
    (#"{"observation": [1, "2"]}"#, "observation", "holds something that is not a number"),
    (#"{"observation": [1, null]}"#, "observation", "holds something that is not a number"),
    (#"{"observation": 1}"#, "observation", "is not a list"),
  ])
  func `to give the right observation is quoted`(line: String, key: String, problem: String) throws
  {
    let failure = try failure(of: try folder.shell("read line; echo '\(line)'; cat >&2"))
    #expect(failure.reason == .wrongValue(key: key, problem: problem, line: line))
    #expect("\(failure)".contains("answered with a '\(key)' that \(problem): \(line)"))
  }

  @Test func `by leaving out a key is told which`() throws {
    for key in ["observation", "reward", "terminated", "truncated"] {
      let answer = [
        "observation": "[1, 2]", "reward": "1", "terminated": "false", "truncated": "false",
      ].filter { $0.key != key }
      let line = "{" + answer.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
      let failure = try failure(of: try folder.shell(start + "echo '\(line)'; cat >&2"))
      #expect(failure.reason == .missingKey(key, line: line))
    }
  }

  @Test(arguments: [
    (#"{"protocol": 2, "name": "a", "observation_count": 2, "action_count": 2}"#, "protocol"),
    (
      #"{"protocol": 1, "name": "a", "observation_count": 0, "action_count": 2}"#,
      "observation_count"
    ),
    (#"{"protocol": 1, "name": "a", "observation_count": 2, "action_count": -1}"#, "action_count"),
    (#"{"protocol": 1, "name": 3, "observation_count": 2, "action_count": 2}"#, "name"),
  ])
  func `by its introduction is told which key`(introduction: String, key: String) throws {
    let failure = try failure(of: try folder.shell("cat >&2", introduction: introduction))
    guard case .wrongValue(key, _, introduction) = failure.reason else {
      Issue.record("\(failure)")
      return
    }
  }

  @Test func `by writing unasked is told so`() throws {
    let failure = try failure(
      of: try folder.shell("read line; echo '{\"observation\": [1, 2]}\nLoading'; cat >&2"))
    #expect(
      failure.reason == .unasked(line: "Loading\n") || failure.reason == .unasked(line: "Loading"))
  }

  @Test func `by a line that never ends is stopped before the memory is full`() throws {
    let failure = try failure(of: try folder.shell("read line; cat /dev/zero"))
    #expect(failure.reason == .lineTooLong(limit: 64 << 20))
  }

  @Test func `is quoted in part only`() throws {
    let failure = try failure(
      of: try folder.shell("read line; echo '\(String(repeating: "x", count: 1000))'; cat >&2"))
    #expect(failure.reason == .notJSON(line: String(repeating: "x", count: 200) + "…"))
  }

  @Test func `goes on failing in the same way`() throws {
    let world = try ProcessEnvironment(command: try folder.shell("exit 4"), timeout: 60)
    var chance = SeededGenerator(seed: 0)
    let first = #expect(throws: EnvironmentError.self) { try world.reset(using: &chance) }
    let second = #expect(throws: EnvironmentError.self) { try world.reset(using: &chance) }
    #expect(first != nil && first == second)
    world.close()
    #expect(throws: try #require(first)) { try world.reset(using: &chance) }
  }
}

@Suite struct `A program's life` {
  let folder: ProgramFolder

  init() throws { folder = try ProgramFolder() }

  /// Heeds neither the end of its input nor a polite signal; after 15 seconds, when the test has failed, it says so and leaves.
  private var stubborn: String {
    """
    trap '' TERM INT HUP; echo $$ > '\(folder.url.path)/number'
    for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 1; done
    echo > '\(folder.url.path)/outlived'
    """
  }

  /// Whether the stubborn program is ended by another hand than its own.
  private func isEnded() throws -> Bool {
    let isGone = isSoonGone(try folder.number(in: "number"))
    return isGone && !FileManager.default.fileExists(atPath: folder.url.path + "/outlived")
  }

  @Test func `ends with the value that started it`() throws {
    var world: ProcessEnvironment? = try ProcessEnvironment(
      command: try folder.shell(stubborn), timeout: 60)
    let number = try folder.number(in: "number")
    #expect(world != nil && isRunning(number))
    world = nil
    #expect(try isEnded())
  }

  @Test func `ends politely when closed`() throws {
    let world = try ProcessEnvironment(
      command: try folder.shell(
        "read line; echo \"$line\" > '\(folder.url.path)/asked'; echo 0 > '\(folder.url.path)/number'"
      ),
      timeout: 60)
    world.close()
    world.close()
    #expect(try folder.number(in: "number") == 0)
    let asked = try String(contentsOfFile: folder.url.path + "/asked", encoding: .utf8)
    #expect(asked == "{\"close\":{}}\n")
    var chance = SeededGenerator(seed: 0)
    let error = #expect(throws: EnvironmentError.self) { try world.reset(using: &chance) }
    guard case .program(let failure) = error else { throw CancellationError() }
    #expect(failure.reason == .closed)
  }

  @Test func `ends with this process, even one that is killed`() async throws {
    let command = try folder.shell(stubborn)
    await #expect(processExitsWith: .signal(SIGKILL)) { [command = command as [String]] in
      let world = try ProcessEnvironment(command: command, timeout: 60)
      withExtendedLifetime(world) { _ = kill(getpid(), SIGKILL) }
    }
    #expect(try isEnded())
  }

  @Test func `ends with this process, also by leaving`() async throws {
    let command = try folder.shell(stubborn)
    await #expect(processExitsWith: .success) { [command = command as [String]] in
      let world = try ProcessEnvironment(command: command, timeout: 60)
      withExtendedLifetime(world) { exit(0) }
    }
    #expect(try isEnded())
  }

  @Test func `does not hold another's streams open`() throws {
    let first = try ProcessEnvironment(command: try folder.shell("cat >&2"), timeout: 60)
    let second = try ProcessEnvironment(command: try folder.shell("cat >&2"), timeout: 60)
    // If the second held the first's input open, the first would not see its end, and would have to be killed.
    let began = ContinuousClock.now
    first.close()
    #expect(ContinuousClock.now - began < .seconds(0.9))
    second.close()
  }

  @Test func `is not over after many others`() throws {
    for _ in 0..<50 {
      let world = try ProcessEnvironment(command: try folder.shell("cat >&2"), timeout: 60)
      world.close()
    }
    #if os(Linux)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      #expect(open < 200)
    #endif
  }

  @Test func `begins with an introduction, and acting before a reset is a mistake`() async throws {
    let command = try folder.shell("cat >&2")
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [command = command as [String]] in
      _ = try ProcessEnvironment(command: command, timeout: 60).step(0)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("ProcessEnvironment was acted in before its first reset"))
  }
}

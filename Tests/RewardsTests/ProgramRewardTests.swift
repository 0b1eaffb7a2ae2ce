import Foundation
import LanguageModels
import Programs
import Rewards
import TensorTestSupport
import Testing

@Suite struct `A reward program` {
  private let answers = (0..<20).map { Reading.answer(String(repeating: "x", count: $0), to: "q") }

  /// A reward by a Python program that has `request` for each line and replies with `say`.
  private func withProgram<Value>(
    _ body: String, workers: Int = 1, timeout: Double = 60, whole: Bool = false,
    _ use: (ProgramReward) throws -> Value
  ) throws -> Value {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "reward.py")
      let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
      let text =
        "import json, os, sys, time\ndef say(**reply): print(json.dumps(reply), flush=True)\n"
        + (whole
          ? body
          : "for line in sys.stdin:\n  request = json.loads(line)\n"
            + lines.map { "  \($0)\n" }.joined())
      try text.write(to: file, atomically: true, encoding: .utf8)
      return try use(
        ProgramReward(
          command: ["python3", file.path], title: "reward.py", workers: workers, timeout: timeout,
          text: Reading.text))
    }
  }

  /// What a program's misbehaviour is called.
  private func failure(
    _ body: String, timeout: Double = 60, whole: Bool = false
  ) throws -> (completion: Int?, failure: ProgramFailure) {
    try withProgram(body, timeout: timeout, whole: whole) { reward in
      let error = #expect(throws: RewardFailure.self) { try reward.grades(answers) }
      let failure = try #require(error?.cause as? ProgramFailure)
      #expect(failure.role == .reward && failure.title == "reward.py")
      #expect("\(failure)".hasPrefix("the reward program 'reward.py' "))
      // The program is ended; whoever asks again is told the same.
      let again = #expect(throws: RewardFailure.self) { try reward.grades(answers) }
      #expect(again?.cause as? ProgramFailure == failure)
      return (error?.completion, failure)
    }
  }

  @Test func `scores what it is sent`() throws {
    let program = """
      sound = request["prompt"] == "q" and request["finish"] == "stop" and request["tokens"][-1] == 0
      say(id=request["id"], score=len(request["completion"]) if sound else -1, more=None)
      """
    try withProgram(program) { reward in
      let all = try reward.scores(answers)
      #expect(all == answers.map { Double($0.text.count) })
      let two = try reward.scores([answers[3], answers[1]])
      #expect(two == [3, 1])
      let none = try reward.scores([])
      #expect(none.isEmpty)
      #expect(reward.waits)
    }
    try withProgram("say(id=request['id'], score=request['finish'] == 'length' and 1 or 0)") {
      reward in
      let scores = try reward.scores([Reading.cut("a"), Reading.answer("a")])
      #expect(scores == [1, 0])
    }
  }

  @Test func `pays for tokens, for the whole, or for both`() throws {
    let program = """
      reply = {"scores": [token / 8 for token in request["tokens"]]}
      if request["id"] % 2: reply["score"] = 100
      say(id=request["id"], **reply)
      """
    try withProgram(program) { reward in
      let grades = try reward.grades([Reading.cut("ab"), Reading.answer("c")])
      #expect(
        grades == [
          Grade(0, tokens: [97.0 / 8, 98.0 / 8]), Grade(100, tokens: [99.0 / 8, 0]),
        ])
    }
  }

  @Test func `may reply in any order, once it has read all`() throws {
    let program = """
      requests = []
      for line in sys.stdin:
        requests.append(json.loads(line))
        if len(requests) == requests[0]["batch"]:
          for request in reversed(requests): say(id=request["id"], score=len(request["tokens"]))
          requests = []
      """
    try withProgram(program, whole: true) { reward in
      for _ in 0..<2 {
        let scores = try reward.scores(answers)
        #expect(scores == answers.map { Double($0.tokens.count) })
      }
    }
  }

  // Each side writes far more than a connection holds before the other has read it.
  @Test(arguments: [true, false]) func `and Rein never wait for each other to read`(
    readsFirst: Bool
  ) throws {
    let long = (0..<60).map { Reading.cut(String(repeating: "y", count: 3000 + $0)) }
    let program =
      readsFirst
      ? """
      requests = [json.loads(sys.stdin.readline()) for _ in range(60)]
      for request in requests: say(id=request["id"], scores=[0.123456789] * len(request["tokens"]))
      sys.stdin.read()
      """
      : """
      for line in sys.stdin:
        request = json.loads(line)
        say(id=request["id"], scores=[0.123456789] * len(request["tokens"]), more="z" * 9000)
      """
    try withProgram(program, whole: true) { reward in
      let grades = try reward.grades(long)
      #expect(grades.map { $0.tokens?.count } == long.map(\.tokens.count))
    }
  }

  @Test func `of several workers has them all at work, each with its share`() throws {
    let program = "say(id=request['id'], score=len(request['tokens']) + os.getpid() * 1000)"
    try withProgram(program, workers: 3) { reward in
      let scores = try reward.scores(answers).map { Int($0) }
      #expect(scores.map { $0 % 1000 } == answers.map(\.tokens.count))
      #expect(Set(scores.map { $0 / 1000 }).count == 3)
      // Fewer answers than workers.
      let one = try reward.scores([answers[7]])
      #expect(one.map { Int($0) % 1000 } == [8])
    }
  }

  @Test func `that dies is told with its status, its last words and the completion`() throws {
    let (completion, failure) = try failure(
      """
      if len(request["completion"]) == 7:
        print("no memory", file=sys.stderr); sys.exit(3)
      say(id=request["id"], score=0)
      """)
    #expect(completion == 7)
    #expect(failure.reason == .exited(status: 3) && failure.lastErrors == ["no memory"])
    #expect(failure.request.contains("\"id\":7"))
    #expect("\(failure)".contains("run it by hand") && "\(failure)".hasSuffix("\n  | no memory"))
  }

  @Test func `that is not there, or ends at once, is told so`() throws {
    let missing = #expect(throws: RewardFailure.self) {
      try ProgramReward(command: ["./no-such-program"], text: Reading.text)
    }
    #expect(
      (missing?.cause as? ProgramFailure)?.reason
        == .notStarted(reason: "No such file or directory"))
    let (_, failure) = try failure("import no_such_module", whole: true)
    #expect(failure.reason == .exited(status: 1))
    #expect(failure.lastErrors.last?.contains("No module named 'no_such_module'") == true)
  }

  @Test func `that owes replies for too long is ended`() throws {
    let (completion, failure) = try failure(
      """
      if request["id"] == 5: print("thinking", file=sys.stderr, flush=True); time.sleep(100)
      say(id=request["id"], score=0)
      """, timeout: 2)
    #expect(completion == 5)
    #expect(failure.reason == .noAnswer(seconds: 2) && failure.lastErrors == ["thinking"])
    #expect("\(failure)".contains("flush its output"))
  }

  @Test(arguments: ["hello", "[1]", "0.5", "{\"id\": 0, \"score\": 1"])
  func `that prints junk is quoted`(line: String) throws {
    let failure = try failure("print('\(line)', flush=True)").failure
    #expect(failure.reason == .notJSON(line: line))
    #expect("\(failure)".contains("Documentation/RewardProtocol.md"))
  }

  @Test(arguments: [
    "{\"id\": 0, \"score\": NaN}", "{\"id\": 0, \"score\": -Infinity}",
    "{\"id\": 0, \"score\": 1e999}",
    "{\"id\": 0, \"scores\": [NaN]}", "{\"id\": 0.5, \"score\": 1}",
  ])
  func `that answers NaN or other impossible numbers is told so`(line: String) throws {
    #expect(
      try failure("print('\(line)', flush=True)").failure.reason == .impossibleNumber(line: line))
  }

  @Test(arguments: [
    ("{\"id\": 0}", "score"), ("{\"score\": 1}", "id"), ("{}", "id"),
    ("{\"id\": 0, \"score\": null}", "score"),
  ])
  func `that leaves a key out is told which`(line: String, key: String) throws {
    #expect(
      try failure("print('\(line)', flush=True)").failure.reason == .missingKey(key, line: line))
  }

  @Test(arguments: [
    ("{\"id\": 0, \"score\": \"good\"}", "score", "is not a number"),
    ("{\"id\": 0, \"scores\": 1}", "scores", "is not a list"),
    ("{\"id\": 0, \"scores\": [1, 2, 3]}", "scores", "has 3 numbers for 1 tokens"),
    ("{\"id\": 20, \"score\": 1}", "id", "is none that a reply is owed to"),
    ("{\"id\": -1, \"score\": 1}", "id", "is none that a reply is owed to"),
  ])
  func `that answers the wrong thing is told what`(
    line: String, key: String, problem: String
  ) throws {
    #expect(
      try failure("print('\(line)', flush=True)").failure.reason
        == .wrongValue(key: key, problem: problem, line: line))
  }

  @Test func `that replies twice to one request is told so`() throws {
    let (completion, failure) = try failure("say(id=0, score=1)")
    #expect(completion == 1)
    guard case .wrongValue("id", _, _) = failure.reason else {
      Issue.record("\(failure)")
      return
    }
  }

  @Test func `that says it failed is quoted`() throws {
    let (completion, failure) = try failure(
      """
      if request["id"] == 2: say(id=2, error="out of ink")
      else: say(id=request["id"], score=1)
      """)
    #expect(completion == 2)
    #expect("\(failure)".contains("answered that it failed (out of ink)"))
  }

  @Test func `that speaks without being asked is told so`() throws {
    try withProgram("say(id=request['id'], score=1)\nif request['id'] == 1: say(id=1, score=1)") {
      reward in
      let error = #expect(throws: RewardFailure.self) {
        for _ in 0..<1000 { _ = try reward.grades([answers[0], answers[1]]) }
      }
      let reason = (error?.cause as? ProgramFailure)?.reason
      // Its line may also come only after the next question, and is then a reply that is not owed.
      switch reason {
      case .unasked?, .wrongValue(key: "id", _, _)?: break
      default: Issue.record("\(String(describing: reason))")
      }
    }
  }

  @Test(arguments: [[], ["--dense"]]) func `of the examples does what it says`(
    options: [String]
  ) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Examples/reward_program.py").path
    let reward = try ProgramReward(command: ["python3", file] + options, text: Reading.text)
    let grades = try reward.grades([Reading.answer("a b a b"), Reading.cut("ab")])
    if options.isEmpty {
      #expect(grades == [Grade(0.5), Grade(1)])
    } else {
      // a, space, b, space, a, space, b, end: from the second space on all has come before but the end.
      #expect(
        grades == [
          Grade(0, tokens: [0, 0, 0, -1, -1, -1, -1, 0]), Grade(0, tokens: [0, 0]),
        ])
    }
  }
}

import Environments
import Foundation
import Testing

@Suite struct `An environment in another program` {
  let folder: ProgramFolder

  init() throws { folder = try ProgramFolder() }

  @Test func `keeps the contract`() throws {
    let world = try ProcessEnvironment(
      command: try folder.python(ProgramFolder.walker), timeout: 60)
    #expect(world.name == "walker" && world.observationCount == 2 && world.actionCount == 3)
    try EnvironmentContract(copies: .shared).check(world)
  }

  @Test func `ends episodes as the program says, a termination before a truncation`() throws {
    let step = #"{"observation": [0, -1e-3], "reward": -2.5, "terminated": %, "truncated": %}"#
    let answers = [("false", "false"), ("true", "false"), ("false", "true"), ("true", "true")].map {
      let parts = step.split(separator: "%")
      return "read line; echo '{\"observation\": [1, 2]}'; read line; "
        + "echo '\(parts[0])\($0.0)\(parts[1])\($0.1)\(parts[2])'"
    }
    let world = try ProcessEnvironment(
      command: try folder.shell(answers.joined(separator: "\n") + "\ncat"), timeout: 60)
    var chance = SeededGenerator(seed: 0)
    for ending in [nil, Ending.terminated, .truncated, .terminated] {
      #expect(try world.reset(using: &chance) == [1, 2])
      #expect(
        try world.step(1) == Step(observation: [0, -0.001], reward: -2.5, ending: ending))
    }
  }

  @Test func `is asked as the protocol says`() throws {
    let log = folder.url.appendingPathComponent("log")
    let answer = #"echo '{"observation": [1, 2]}'"#
    let world = try ProcessEnvironment(
      command: try folder.shell(
        """
        read line; echo "$line" >> '\(log.path)'; \(answer); read line; echo "$line" >> '\(log.path)'
        echo '{"observation": [1, 2], "reward": 0, "terminated": false, "truncated": false}'
        cat >> '\(log.path)'
        """), timeout: 60)
    var chance = SeededGenerator(seed: 3)
    let seed = {
      var copy = chance; return copy.next() >> 33
    }()
    _ = try world.reset(using: &chance)
    _ = try world.step(1)
    world.close()
    #expect(
      try String(contentsOf: log, encoding: .utf8)
        == "{\"reset\":{\"seed\":\(seed)}}\n{\"step\":{\"action\":1}}\n{\"close\":{}}\n")
    #expect(seed < 1 << 31)
  }

  @Test func `may complain without end while it answers`() throws {
    let program = ProgramFolder.walker.replacingOccurrences(
      of: "    request =",
      with: "    sys.stderr.write('x' * 300_000 + '\\n'); sys.stderr.flush()\n    request =")
    var world = try ProcessEnvironment(command: try folder.python(program), timeout: 60)
    for seed in 0..<3 as Range<UInt64> {
      #expect(try !world.episode(seed: seed, actionSeed: seed).steps.isEmpty)
    }
  }

  @Test func `may answer with lines of two hundred thousand numbers, in pieces`() throws {
    let world = try ProcessEnvironment(
      command: try folder.python(
        """
        import json, sys
        print(json.dumps({"protocol": 1, "name": "large", "observation_count": 200_000, "action_count": 1}), flush=True)
        sys.stdin.readline()
        line = json.dumps({"observation": [i / 8 for i in range(200_000)]})
        for start in range(0, len(line), 700_001):
            sys.stdout.write(line[start:start + 700_001]); sys.stdout.flush()
        print(flush=True)
        sys.stdin.read()
        """), timeout: 120)
    var chance = SeededGenerator(seed: 0)
    let observation = try world.reset(using: &chance)
    #expect(observation.count == 200_000 && observation.last == 199_999.0 / 8)
  }

  @Test func `can be played from several tasks, one request at a time`() async throws {
    let world = try ProcessEnvironment(
      command: try folder.python(ProgramFolder.walker), timeout: 60)
    await withTaskGroup(of: Bool.self) { group in
      for seed in 0..<8 as Range<UInt64> {
        group.addTask {
          var chance = SeededGenerator(seed: seed)
          return (try? (0..<20).map { _ in try world.reset(using: &chance).count }) != nil
        }
      }
      for await success in group { #expect(success) }
    }
  }

  @Test func `plays gymnasium's environments through the example`() throws {
    let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Examples/gymnasium_environment.py").standardized.path
    _ = try folder.file("gymnasium/__init__.py", Self.standIn)
    func command(_ name: String) -> [String] {
      ["/usr/bin/env", "PYTHONPATH=\(folder.url.path)", "python3", example, name]
    }
    let world = try ProcessEnvironment(command: command("Line-v0"), timeout: 60)
    #expect(world.observationCount == 4 && world.actionCount == 3)
    var chance = SeededGenerator(seed: 0)
    let start = try world.reset(using: &chance)
    #expect(Array(start.dropFirst()) == [1, 2, 3])
    #expect(
      try world.step(2) == Step(observation: [7, 1, 2, 3], reward: 0.5, ending: .truncated))
    for (name, words) in [
      ("None-v0", "gymnasium cannot make 'None-v0': no such thing"),
      ("Text-v0", "only a Discrete space can be played"),
    ] {
      let error = #expect(throws: EnvironmentError.self) {
        try ProcessEnvironment(command: command(name), timeout: 60)
      }
      #expect("\(try #require(error))".contains(words))
    }
  }

  /// As much of gymnasium as the example needs: a world whose actions begin at 5, and which prints.
  private static let standIn = """
    import types

    class Discrete:
        def __init__(self, n, start): self.n, self.start = n, start
    class Box:
        shape = (2, 2)
    class Text: pass
    class Array(list):
        def ravel(self): return self
    spaces = types.SimpleNamespace(Discrete=Discrete, Box=Box)

    class Line:
        action_space, observation_space = Discrete(3, 5), Box()
        def reset(self, seed):
            print("a remark on standard output")
            return Array([seed % 10, 1, 2, 3]), {}
        def step(self, action): return Array([action, 1, 2, 3]), 0.5, False, True, {}
        def close(self): pass

    def make(name):
        if name == "None-v0": raise ValueError("no such thing")
        line = Line()
        if name == "Text-v0": line.action_space = Text()
        return line
    """
}

import Foundation
import TensorTestSupport
import Testing

@Suite(.serialized) struct `The program's bandits` {
  private func objects(_ arguments: [String], in folder: URL) throws -> [[String: Any]] {
    let outcome = try Program.run(["reproduce"] + arguments, in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try outcome.lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `print the published tables as JSON`() throws {
    try withTemporaryFolder { folder in
      for (method, key, expected) in [
        ("ppo", "value", [0.7310586, 0.8175745, 0.8175745, 0.8807971]),
        ("actde", "action_values", [0.7310586, 0.6224593, 0.6224593, 0.6224593]),
      ] {
        let rows = try objects(
          [
            "bandit", "--rewards", "1,0.5", "--actions", "0,1,1,0", "--method", method, "--json",
          ], in: folder)
        try #require(rows.count == 4)
        for (row, expected) in zip(rows, expected) {
          #expect(
            Set(row.keys) == [
              "step", "method", "action", "reward", "advantage", "probabilities", key,
            ])
          #expect(row["method"] as? String == method)
          expectEqual(try #require(row["probabilities"] as? [Double])[0], expected, tolerance: 1e-6)
        }
      }
      // A table of one's own leaves nothing behind unless asked to.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func `give tiny probabilities all their digits`() throws {
    try withTemporaryFolder { folder in
      let rows = try objects(
        [
          "bandit", "--rewards", "10,100", "--initial-probabilities", "0.01,0.99", "--actions",
          "0,1", "--method", "actde", "--json",
        ], in: folder)
      let pizza = try #require(rows.last?["probabilities"] as? [Double])[0]
      #expect(abs(pizza / 8.276_780_428e-42 - 1) < 1e-9)
    }
  }

  @Test func `take negative rewards, rates and seeds`() throws {
    try withTemporaryFolder { folder in
      let rows = try objects(
        [
          "bandit", "--rewards", "-1,0.5,2", "--learning-rate", "0.5", "--value-learning-rate",
          "0.25", "--actions", "0", "--json",
        ], in: folder)
      #expect(rows.map { $0["method"] as? String } == ["ppo", "actde"])
      #expect(rows[1]["advantage"] as? Double == -1)
      #expect(rows[1]["action_values"] as? [Double] == [-0.25, 0, 0])
      let draws = try ["3", "3", "4"].map { seed in
        try objects(
          ["bandit", "--steps", "30", "--seed", seed, "--method", "ppo", "--json"], in: folder
        ).map { $0["action"] as? Int }
      }
      #expect(draws[0].count == 30 && draws[0] == draws[1] && draws[0] != draws[2])
    }
  }

  @Test func `leave a page, tables and records`() throws {
    try withTemporaryFolder { folder in
      for (name, kinds) in [
        ("bandit", ["table", "limit", "run"]),
        ("wireheading", ["fixed_point", "history", "sample"]),
        ("softmax-bandit", ["fixed_point", "wait", "variant", "flow"]),
      ] {
        let rows = try objects([name, "--seeds", "2", "--json"], in: folder)
        #expect(Set(rows.compactMap { $0["kind"] as? String }) == Set(kinds))
        let results = folder.appending(path: "runs/\(name)")
        let read = { (file: String) in
          try String(contentsOf: results.appending(path: file), encoding: .utf8)
        }
        #expect(try read("report.html").hasSuffix("</html>\n"))
        #expect(try read("tables.md").hasPrefix("# "))
        #expect(try read("records.jsonl").split(separator: "\n").count == rows.count)
      }
      let printed = try Program.run(
        ["reproduce", "bandit", "--seeds", "1", "--output", "other"], in: folder)
      #expect(printed.output.contains("0.622459") && printed.output.contains("page: other/"))
    }
  }

  @Test(arguments: [
    (["--method", "gaa"], ["--method", "'gaa'", "ppo or actde"]),
    (["--rewards", "1,x"], ["--rewards", "'x'"]), (["--rewards", ""], ["--rewards", "''"]),
    (["--rewards", "1,inf"], ["--rewards", "'inf'"]),
    (["--actions", "0,2"], ["--actions", "'2'", "0 to 1"]),
    (["--actions", "0,-1"], ["--actions", "'-1'"]),
    (["--actions", "0,1.5"], ["--actions", "'1.5'"]),
    (["--initial-probabilities", "0.5,0.4"], ["--initial-probabilities", "sum to 0.9"]),
    (["--initial-probabilities", "0,1"], ["--initial-probabilities", "not above 0"]),
    (["--initial-probabilities", "1"], ["--initial-probabilities", "1 given for 2 rewards"]),
    (["--initial-probabilities", "a,b"], ["--initial-probabilities", "'a'"]),
    (["--learning-rate", "0"], ["--learning-rate", "above 0"]),
    (["--value-learning-rate", "2"], ["--value-learning-rate", "below 2"]),
    (["--steps", "0"], ["--steps", "1 to 1000000"]), (["--seed", "-1"], ["--seed", "0 or above"]),
    (["--actions", "0,1", "--steps", "3"], ["--steps", "3 given for 2"]),
    (["--seeds", "0"], ["--seeds", "1 to 100000"]), (["--seeds", "-3"], ["--seeds"]),
    (["--seeds", "many"], ["--seeds", "many"]), (["--seeds", "3", "--seed", "1"], ["--seeds"]),
    (["--nonsense"], ["--nonsense"]),
  ]) func `end with 2 where a flag is wrong, and name it`(flags: [String], parts: [String]) throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.run(["reproduce", "bandit", "--json"] + flags, in: folder)
      #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome.output)")
      for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test(arguments: ["bandit", "wireheading", "softmax-bandit"])
  func `end with 1 where they cannot write, and explain themselves`(name: String) throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appending(path: "file"))
      let outcome = try Program.run(
        ["reproduce", name, "--seeds", "1", "--output", "file/run"], in: folder)
      #expect(outcome.code == 1 && outcome.errors.contains("file/run"), "\(outcome.errors)")
      let help = try Program.run(["reproduce", name, "--help"])
      #expect(help.code == 0)
      for word in ["Turner and Einhorn", "--seeds", "--output", "--json", "Examples:"] {
        #expect(help.output.contains(word))
      }
    }
  }
}

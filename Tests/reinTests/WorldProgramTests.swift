import Foundation
import TensorTestSupport
import Testing

@Suite(.serialized) struct `The program in worlds` {
  private func expectFailure(
    _ code: Int32, _ parts: [String], _ arguments: [String], in folder: URL
  ) throws {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
    for part in parts {
      #expect(outcome.errors.contains(part), "\(arguments): \(outcome.errors) lacks \(part)")
    }
  }

  // A world of one number and two actions that ends every episode after its third step; `after` steps it does something else.
  private func world(after steps: Int, _ failure: String) -> String {
    """
    echo '{"protocol": 1, "name": "small", "observation_count": 1, "action_count": 2}'
    n=0; t=0
    while read -r line; do
      case "$line" in
        *reset*) t=0; echo '{"observation": [0]}' ;;
        *step*)
          n=$((n+1)); t=$((t+1))
          if [ $n -gt \(steps) ]; then \(failure); fi
          end=false; [ $t -ge 3 ] && end=true
          echo "{\\"observation\\": [$t], \\"reward\\": 1, \\"terminated\\": $end, \\"truncated\\": false}" ;;
        *) exit 0 ;;
      esac
    done
    """
  }

  private let short = [
    "--training.steps", "4", "--training.environments", "2", "--training.rollout_length", "6",
    "--training.hidden_widths", "[8]",
  ]

  @Test func `trains, keeps what it learned, and goes on from there`() throws {
    try withTemporaryFolder { folder in
      let control = ["control", "--json"] + short
      let outcome = try Program.run(
        control + ["--environment.name", "catch", "--run", "first"], in: folder)
      try #require(outcome.code == 0, "\(outcome.errors)")
      let result = try #require(
        JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect((result["evaluation_returns"] as? [Double])?.count == 20)
      #expect((result["greedy_evaluation_returns"] as? [Double])?.count == 20)
      #expect(result["time/total_timesteps"] as? Double == 48)
      for file in ["configuration.yaml", "events.jsonl", "model/model.safetensors"] {
        #expect(
          FileManager.default.fileExists(atPath: folder.appending(path: "first/\(file)").path))
      }
      // The saved policy without a step of training acts as it did.
      let again = try Program.run(
        control + [
          "--environment.name", "catch", "--base", "first/model", "--run", "second",
          "--learning_rate", "0",
        ], in: folder)
      let second = try #require(
        JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
      #expect(
        second["evaluation_returns"] as? [Double] == result["evaluation_returns"] as? [Double])
      let report = try Program.run(["report", "first"], in: folder)
      #expect(report.code == 0, "\(report.errors)")
    }
  }

  @Test func `plays outside programs`() throws {
    try withTemporaryFolder { folder in
      try Data(world(after: 1_000_000, "exit 0").utf8)
        .write(to: folder.appending(path: "world.sh"))
      let outcome = try Program.run(
        ["control", "--program", "/bin/sh world.sh", "--json"] + short, in: folder)
      try #require(outcome.code == 0, "\(outcome.errors)")
      let result = try #require(
        JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(result["evaluation_return"] as? Double == 3)
      #expect(result["rollout/ep_len_mean"] as? Double == 3)
    }
  }

  // It observes nothing but 0, on which no table can act.
  @Test func `refuses a table where there is nothing to look up`() throws {
    try withTemporaryFolder { folder in
      let world = world(after: 1_000_000, "exit 0").replacingOccurrences(of: "[$t]", with: "[0]")
      try Data(world.utf8).write(to: folder.appending(path: "world.sh"))
      try expectFailure(
        2, ["hidden_widths", "zeros"],
        ["control", "--program", "/bin/sh world.sh"] + short + ["--hidden_widths", ""], in: folder)
    }
  }

  // 12 actions a step: the program fails in the second.
  @Test(arguments: [
    ("exit 3", "status 3"), ("exec sleep 60", "0.5 seconds"),
    ("echo nonsense; continue", "nonsense"),
  ])
  func `ends with 1 where an outside program fails, and keeps the run`(
    failure: (does: String, message: String)
  ) throws {
    try withTemporaryFolder { folder in
      try Data(world(after: 9, failure.does).utf8).write(to: folder.appending(path: "world.sh"))
      try expectFailure(
        1, ["the environment program '/bin/sh world.sh' ", failure.message],
        [
          "control", "--program", "/bin/sh world.sh", "--timeout", "0.5", "--run", "run",
        ] + short, in: folder)
      let events = try String(
        contentsOf: folder.appending(path: "run/events.jsonl"), encoding: .utf8)
      #expect(events.split(separator: "\n").count == 1)
      #expect(
        FileManager.default.fileExists(
          atPath: folder.appending(path: "run/model/model.safetensors").path))
    }
  }

  @Test func `ends with 1 where there is no such program, before anything is written`() throws {
    try withTemporaryFolder { folder in
      try expectFailure(
        1, ["no-such-world"], ["control", "--program", "no-such-world"] + short, in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test(arguments: [
    (["control", "--preset", "ppp"], ["there is no method 'ppp'"]),
    (
      ["control", "--environment.name", "chess"],
      ["environment.name", "there is no 'chess'", "cartpole", "catch"]
    ),
    (
      [
        "control", "--preset", "reinforce", "--baseline", "constant", "--training.environments",
        "1",
      ],
      ["environments", "baseline constant", "at least 2"]
    ),
    (
      ["control", "--preset", "reinforce", "--baseline", "value"],
      ["advantage.baseline", "critic.kind", "value-model"]
    ),
    (
      ["ppo", "--policy", "nowhere", "--reward.model", "nowhere", "--training.steps", "0"],
      ["steps", "0 is below 1"]
    ),
    (["control", "--preset", "a2c", "--training.epochs", "4"], ["epochs", "one update"]),
    (
      ["control", "--preset", "grpo", "--training.environments", "6"],
      ["environments", "group_size"]
    ),
    (["control", "--training.method.advantage.discount", "1.5"], ["discount", "1.5"]),
    (["control", "--training.method.advantage.lambda", "-0.1"], ["lambda", "-0.1"]),
    (["control", "--program", " "], ["environment.program"]),
    (["control", "--timeout", "0"], ["environment.timeout"]),
    (["control", "--base", "nowhere"], ["nowhere/"]),
    (["reproduce", "prisoners-dilemma", "--payoffs", "[[1, 2]]"], ["payoffs"]),
    (["reproduce", "prisoners-dilemma", "--payoffs", "[[1, 2], [3]]"], ["payoffs"]),
    (["reproduce", "prisoners-dilemma", "--discount", "1.01"], ["discount", "1.01"]),
    (["reproduce", "prisoners-dilemma", "--lambda", "-1"], ["lambda", "-1"]),
    (
      ["reproduce", "prisoners-dilemma", "--variants", "[ppo, acted]"],
      ["variants", "there is no 'acted'", "actde-whitened"]
    ),
    (["reproduce", "classic-control", "--methods", "[ppo, dqn]"], ["methods"]),
    (["reproduce", "classic-control", "--actions", "0"], ["actions"]),
    (["reproduce", "classic-control", "--peers", "nowhere.jsonl"], ["nowhere.jsonl"]),
  ])
  func `ends with 2 where the input is wrong`(arguments: [String], parts: [String]) throws {
    try withTemporaryFolder { folder in
      try expectFailure(2, parts, arguments, in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func `sets other programs' curves beside its own`() throws {
    try withTemporaryFolder { folder in
      let other =
        #"{"task": "cartpole", "method": "other-ppo", "seed": 0, "curve": [{"actions": 4000, "mean_return": 31.5}], "seconds": 9}"#
      try Data("\(other)\n".utf8).write(to: folder.appending(path: "peers.jsonl"))
      let outcome = try Program.run(
        [
          "reproduce", "classic-control", "--tasks", "[cartpole]", "--methods", "[ppo]", "--seeds",
          "1", "--actions", "4096", "--peers", "peers.jsonl", "--output", "out",
        ], in: folder)
      try #require(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("other-ppo"))
      let page = try String(contentsOf: folder.appending(path: "out/report.html"), encoding: .utf8)
      #expect(page.contains("other-ppo") && page.contains("CartPole-v1"))
      let record = try String(
        contentsOf: folder.appending(path: "out/records.jsonl"), encoding: .utf8)
      #expect(record.contains(#""method":"ppo""#) && !record.contains("other-ppo"))
    }
  }
}

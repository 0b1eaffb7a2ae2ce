import Foundation
import LanguageModels
import TensorTestSupport
import Testing

/// The program, killed, stopped and taken up again.
@Suite(.serialized) struct `The program with checkpoints` {
  private func withFiles(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try Tiny.saveReward(in: folder.appending(path: "reward"))
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      try Tiny.write(
        Tiny.texts.enumerated().map { ["text": $1, "ratings": [$0, $0 % 3]] },
        to: folder.appending(path: "rated.jsonl"))
      try body(folder)
    }
  }

  private static let commands: [(name: String, arguments: [String])] = [
    (
      "sft",
      [
        "sft", "--base", "base", "--train", "texts.jsonl", "--epochs", "40", "--batch_tokens",
        "60",
        "--averaging", "0.9", "--checkpoints.every", "7",
      ]
    ),
    (
      "ppo",
      [
        "ppo", "--policy", "base", "--reward.model", "reward", "--prompts", "texts.jsonl",
        "--prompt_words", "2", "--steps", "40", "--episodes_per_step", "4", "--max_new_tokens",
        "6",
        "--checkpoints.every", "3",
      ]
    ),
    (
      "reward",
      [
        "reward", "--base", "base", "--train", "rated.jsonl", "--epochs", "30", "--batch_texts",
        "4",
        "--checkpoints.every", "5",
      ]
    ),
  ]

  private func weights(_ run: String, in folder: URL) throws -> Data {
    try Data(contentsOf: folder.appending(path: "\(run)/model/model.safetensors"))
  }

  private func newest(_ run: String, in folder: URL) -> Int {
    let names =
      (try? FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: "\(run)/checkpoints").path)) ?? []
    return names.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.max() ?? 0
  }

  // Waits until a run has a checkpoint behind a step, or is over.
  private func wait(for process: Process, run: String, behind step: Int, in folder: URL) {
    while process.isRunning && newest(run, in: folder) <= step { usleep(2000) }
  }

  @Test(arguments: commands.indices)
  func `killed at random moments ends with the bits of an unbroken run`(index: Int) throws {
    let (name, arguments) = Self.commands[index]
    try withFiles { folder in
      let whole = try Program.run(arguments + ["--run", "whole"], in: folder)
      #expect(whole.code == 0, "\(whole.errors)")
      var kills = 0
      var words = arguments
      while kills < 3 {
        let process = try Program.start(words + ["--run", "cut"], in: folder)
        wait(for: process, run: "cut", behind: newest("cut", in: folder), in: folder)
        usleep(UInt32.random(in: 0..<40_000))
        guard process.isRunning else { break }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        kills += 1
        words = [name, "--resume"]
      }
      #expect(kills > 0)
      let rest = try Program.run([name, "--resume", "--run", "cut", "--json"], in: folder)
      #expect(rest.code == 0, "\(rest.errors)")
      #expect(try weights("cut", in: folder) == weights("whole", in: folder))
    }
  }

  // Some senders ask twice at once: the program, and the group that it belongs to.
  @Test(arguments: [SIGINT, SIGTERM], [1, 2])
  func `asked to stop saves, ends with 130, and goes on`(signal: Int32, times: Int) throws {
    let (name, arguments) = Self.commands[0]
    try withFiles { folder in
      let process = try Program.start(
        arguments + ["--checkpoints.every", "none", "--run", "run"], in: folder)
      let events = folder.appending(path: "run/events.jsonl")
      while process.isRunning && ((try? Data(contentsOf: events))?.count ?? 0) < 200 {
        usleep(2000)
      }
      for _ in 0..<times {
        kill(process.processIdentifier, signal)
        // Signals that wait for their handler together count once anyway.
        usleep(1000)
      }
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 130)
      #expect(newest("run", in: folder) > 0)
      let rest = try Program.run([name, "--resume", "--run", "run"], in: folder)
      #expect(rest.code == 0 && rest.errors.contains("going on after step"), "\(rest.errors)")
    }
  }

  @Test func `puts a model into the folder of its own run, where it is asked to`() throws {
    let (_, arguments) = Self.commands[0]
    try withFiles { folder in
      let run = try Program.run(
        arguments + ["--run", "run", "--output", "run/kept"], in: folder)
      #expect(run.code == 0, "\(run.errors)")
      let kept = folder.appending(path: "run/kept/model.safetensors")
      #expect(FileManager.default.fileExists(atPath: kept.path))
    }
  }

  @Test func `lets no second process into a run, and no other configuration`() throws {
    let (name, arguments) = Self.commands[1]
    try withFiles { folder in
      let process = try Program.start(arguments + ["--run", "run"], in: folder)
      wait(for: process, run: "run", behind: 0, in: folder)
      // It holds its lock and its breath.
      kill(process.processIdentifier, SIGSTOP)
      for words in [[name, "--resume"], arguments + ["--overwrite"], arguments + ["--resume"]] {
        let second = try Program.run(words + ["--run", "run"], in: folder)
        #expect(second.code == 2, "\(words)")
        #expect(second.errors.contains("another process writes into this run"), "\(second.errors)")
      }
      #expect(process.isRunning)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      for (words, part) in [
        ([name, "--resume", "--steps", "41", "--run", "run"], "'training.steps' was 40"),
        ([name, "--resume", "--overwrite", "--run", "run"], "use one of them"),
        ([name, "--resume", "--run", "nowhere"], "holds no run to resume"),
        (["control", "--resume", "--run", "run"], "unknown key"),
      ] {
        let refused = try Program.run(words, in: folder)
        #expect(refused.code == 2 && refused.errors.contains(part), "\(refused.errors)")
      }
      // When checkpoints are written may change at any time.
      let rest = try Program.run(
        [name, "--resume", "--checkpoints.every", "40", "--run", "run"], in: folder)
      #expect(rest.code == 0, "\(rest.errors)")
      // What has no checkpoint yet begins at the beginning.
      let start = try Program.run(
        arguments + ["--steps", "2", "--resume", "--run", "fresh"], in: folder)
      #expect(start.code == 0 && start.errors.contains("no checkpoint yet"), "\(start.errors)")
    }
  }

  @Test func `with a full disk keeps the last good checkpoint`() throws {
    let (name, arguments) = Self.commands[0]
    try withFiles { folder in
      let process = try Program.start(arguments + ["--run", "run"], in: folder)
      wait(for: process, run: "run", behind: 0, in: folder)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let before = newest("run", in: folder)
      // No file may grow beyond 20 blocks of 512 bytes, which a checkpoint does and no record.
      let full = try Program.shell(
        "trap '' XFSZ; ulimit -f 20; exec \"$0\" \(name) --resume --run run", in: folder)
      #expect(full.code == 1, "\(full.errors)")
      #expect(full.errors.contains("training_state.safetensors"), "\(full.errors)")
      #expect(newest("run", in: folder) == before)
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: "run/checkpoints").path)
      #expect(!names.contains { $0.hasSuffix(".partial") })
      let rest = try Program.run([name, "--resume", "--run", "run"], in: folder)
      let whole = try Program.run(arguments + ["--run", "whole"], in: folder)
      #expect(rest.code == 0 && whole.code == 0, "\(rest.errors)")
      #expect(try weights("run", in: folder) == weights("whole", in: folder))
    }
  }
}

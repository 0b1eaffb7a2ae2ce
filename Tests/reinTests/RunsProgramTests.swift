import Foundation
import TensorTestSupport
import Testing

@Suite(.serialized) struct `The program among runs` {
  /// Writes a run as the training commands leave it.
  private func write(
    _ name: String, in folder: URL, seed: Int = 1, rate: String = "0.1", command: String = "ppo",
    day: Int = 1, checkpoints: [String] = []
  ) throws {
    let run = folder.appending(path: name)
    let files = FileManager.default
    for checkpoint in checkpoints + [""] {
      let place = run.appending(path: "checkpoints/\(checkpoint)")
      try files.createDirectory(at: place, withIntermediateDirectories: true)
      if !checkpoint.isEmpty { try Data(count: 1000).write(to: place.appending(path: "weights")) }
    }
    let manifest = """
      {"seed": \(seed), "versions": {"rein": "0.1.0"},
       "starts": [{"commandLine": ["rein", "\(command)"], "date": "2026-01-0\(day)T00:00:00Z"}]}
      """
    let events = (1...10).map { step in
      "{\"step\":\(step),\"time\":\(1_767_225_600 + day * 86_400 + step),"
        + "\"objective/scores\":\(Double(step * seed)),\"objective/kl\":\(Double(step) / 10)}\n"
    }
    let samples = [1, 10].map {
      "{\"step\":\($0),\"prompt\":\"The film\",\"completion\":\" of \(name)\",\"rewards\":{\"proxy\":1}}\n"
    }
    for (file, text) in [
      ("manifest.json", manifest), ("events.jsonl", events.joined()),
      ("samples.jsonl", samples.joined()),
      ("configuration.yaml", "seed: \(seed)\ntraining:\n  steps: 10\n  rate: \(rate)\n"),
    ] {
      try Data(text.utf8).write(to: run.appending(path: file))
    }
  }

  private func withRuns(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let runs = folder.appending(path: "runs")
      try write("b", in: runs, seed: 1, day: 1, checkpoints: ["step-5", "step-10", "best"])
      try write("deep/a", in: runs, seed: 2, day: 2)
      try write("c", in: runs, seed: 1, rate: "0.2", day: 3)
      try FileManager.default.createDirectory(
        at: runs.appending(path: "broken"), withIntermediateDirectories: true)
      try Data("{}".utf8).write(to: runs.appending(path: "broken/manifest.json"))
      try body(folder)
    }
  }

  private func fields(_ arguments: [String], in folder: URL) throws -> [String: Any] {
    let outcome = try Program.run(arguments + ["--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.lines.count == 1)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
  }

  private func rows(_ key: String, _ arguments: [String], in folder: URL) throws -> [[String: Any]]
  {
    try #require(try fields(arguments, in: folder)[key] as? [[String: Any]])
  }

  @Test func `lists them by their start, damaged ones with the reason`() throws {
    try withRuns { folder in
      let runs = try rows("runs", ["runs", "list"], in: folder)
      #expect(runs.compactMap { $0["name"] as? String } == ["broken", "b", "deep/a", "c"])
      #expect((runs[0]["problem"] as? String)?.contains("is not the manifest of a run") == true)
      #expect(runs[1]["state"] as? String == "finished" && runs[1]["steps"] as? Int == 10)
      #expect((runs[2]["metrics"] as? [String: Double])?["objective/scores"] == 20)
      let text = try Program.run(
        ["runs", "list", "--metric", "objective/kl", "--sort", "size"], in: folder)
      #expect(text.lines.first?.hasSuffix("objective/kl  problem") == true)
      #expect(text.lines.last?.hasPrefix("b ") == true, "\(text.output)")
    }
  }

  @Test func `compares what was asked for and what came of it`() throws {
    try withRuns { folder in
      let all = ["runs", "compare", "runs/b", "runs/deep/a", "runs/c"]
      let found = try fields(all + ["--group", "--html", "page.html"], in: folder)
      let differences = try #require(found["differences"] as? [[String: Any]])
      #expect(differences.compactMap { $0["key"] as? String } == ["seed", "training.rate"])
      let groups = try #require(found["runs"] as? [[String: Any]])
      #expect(groups.compactMap { $0["members"] as? [String] } == [["b", "a"], ["c"]])
      let page = try String(
        contentsOf: folder.appending(path: "page.html"), encoding: .utf8)
      #expect(page.contains("of deep/a") == false && page.contains("of b") && page.contains("of c"))
      let text = try Program.run(all + ["--metric", "objective/scores"], in: folder)
      #expect(text.output.contains("20.0 at 10") && text.output.contains("training.rate"))
    }
  }

  @Test func `removes nothing without --yes, and then old checkpoints only`() throws {
    try withRuns { folder in
      let old = folder.appending(path: "runs/b/checkpoints/step-5")
      let exists = { FileManager.default.fileExists(atPath: old.path) }
      for arguments in [[], ["--dry-run"]] {
        let said = try Program.run(["runs", "prune"] + arguments, in: folder)
        #expect(said.code == 0 && said.output.contains("checkpoints/step-5"))
        #expect(said.output.contains("nothing was removed; with --yes these 1.0 KiB are"))
        #expect(exists())
      }
      let removals = try rows("removals", ["runs", "prune", "--yes"], in: folder)
      #expect(removals.count == 1 && removals[0]["removed"] as? Bool == true && !exists())
      let left = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: "runs/b/checkpoints").path)
      #expect(Set(left) == ["step-10", "best"])
    }
  }

  @Test func `removes whole runs that are old, damaged ones left out`() throws {
    try withRuns { folder in
      let outcome = try Program.run(["runs", "prune", "--older-than", "0", "--yes"], in: folder)
      #expect(outcome.code == 0 && outcome.errors.contains("runs/broken: left alone"))
      let left = try Program.run(["runs", "list"], in: folder)
      #expect(left.lines.count == 3, "\(left.output)")
    }
  }

  @Test func `writes a page for a run, and one for all with links to theirs`() throws {
    try withRuns { folder in
      let one = try Program.run(["report", "runs/b"], in: folder)
      #expect(one.output == "runs/b/report.html\n", "\(one.errors)")
      let page = try String(
        contentsOf: folder.appending(path: "runs/b/report.html"), encoding: .utf8)
      for part in ["finished", "10 of 10", "√KL", "The film", "rate: 0.1"] {
        #expect(page.contains(part), "\(part)")
      }
      let all = try Program.run(["report", "--all", "runs"], in: folder)
      #expect(all.output == "runs/index.html\n", "\(all.errors)")
      let index = try String(
        contentsOf: folder.appending(path: "runs/index.html"), encoding: .utf8)
      for link in ["b/report.html", "deep/a/report.html", "c/report.html"] {
        #expect(index.contains("href=\"\(link)\""))
        #expect(
          FileManager.default.fileExists(atPath: folder.appending(path: "runs/\(link)").path))
      }
      #expect(index.contains("is not the manifest of a run"))
    }
  }

  @Test func `ends with 2 and says what is wrong`() throws {
    try withRuns { folder in
      for (arguments, part) in [
        (["runs", "list", "nowhere"], "nowhere: cannot be read"),
        (["runs", "list", "--metric", "objective/score"], "did you mean objective/scores?"),
        (["runs", "compare", "runs/b", "runs/b"], "Name two runs or more"),
        (["runs", "compare", "runs/b", "runs/deep"], "holds no run"),
        (["runs", "compare", "runs/b", "runs/broken"], "is not the manifest of a run"),
        (["runs", "prune", "--keep=-1"], "--keep -1 is below 0"),
        (["runs", "prune", "--yes", "--dry-run"], "exclude each other"),
        (["report", "runs/deep"], "holds no run"),
        (["metrics", "objective/kll"], "did you mean objective/kl"),
      ] {
        let outcome = try Program.run(arguments, in: folder)
        #expect(outcome.code == 2 && outcome.errors.contains(part), "\(outcome.errors)")
      }
    }
  }

  @Test func `explains single metrics`() throws {
    let text = try Program.run(["metrics", "objective/kl", "loss"])
    #expect(text.lines.count == 4 && text.lines[0] == "objective/kl (nats)")
    #expect(text.lines[2] == "loss (nats; smaller is better)")
    let json = try Program.run(["metrics", "lr", "--json"])
    #expect(json.lines.count == 1 && json.output.contains("\"name\":\"lr\""))
  }
}

import Experiments
import Foundation
import LanguageModels
import PolicyOptimization
import Reports
import Rewards
import Synchronization
import TensorTestSupport
import Testing
import Torch
import Training

private final class Steps: Sendable {
  private let names = Mutex<Set<String>>([])

  /// What was worked on: the observer is told after every step.
  var observer: RunObserver {
    RunObserver(
      progress: { completed, total, message in
        self.names.withLock { _ = $0.insert("\(completed)/\(total) \(message)") }
      }, note: { _ in }, isStopRequested: { false })
  }

  var count: Int { names.withLock { $0.count } }
}

@Suite(.serialized) struct `The honeypot experiment` {
  private func withWorld(_ body: (URL, HoneypotConfiguration) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try Tiny.saveReward(in: folder.appending(path: "proxy"))
      try Tiny.saveReward(in: folder.appending(path: "gold"), seed: 3)
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      var configuration = HoneypotConfiguration()
      configuration.base = folder.appending(path: "base").path
      configuration.proxy = folder.appending(path: "proxy").path
      configuration.gold = folder.appending(path: "gold").path
      configuration.prompts = [folder.appending(path: "texts.jsonl").path]
      configuration.promptWords = 2
      configuration.methods = [.base, .gaaCode]
      configuration.forms = [.capped]
      configuration.seeds = 1
      configuration.steps = 2
      configuration.episodesPerStep = 4
      configuration.maximumLength = 4
      configuration.evaluations = 6
      configuration.workers = 1
      try body(folder, configuration)
    }
  }

  private func keys(_ record: HoneypotRecord) throws -> Set<String> {
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record))
    return Set(try #require(object as? [String: Any]).keys)
  }

  @Test func `keeps each result, and uses it again`() throws {
    try withWorld { folder, configuration in
      let output = folder.appending(path: "out")
      let told = Steps()
      let first = try HoneypotExperiment(configuration, folder: output).run(
        observer: told.observer
      ) { _ in }
      #expect(first.isComplete && first.runs.map(\.record.method) == ["base", "gaa-code"])
      for record in first.runs.map(\.record) {
        #expect(
          try keys(record) == [
            "method", "form", "seed", "proxy_reward", "gold_reward", "honeypot_rate", "kl",
            "entropy", "distinct_2", "seconds",
          ])
        #expect(record.form == "capped" && record.seed == 0)
        #expect((0...0.5).contains(record.goldReward) && (0...1).contains(record.honeypotRate))
      }
      expectEqual(first.runs.map(\.record)[0].kl, 0, tolerance: 1e-4)
      #expect(first.runs.map(\.record)[0].seconds == 0 && first.runs.map(\.record)[1].seconds > 0)
      // A finished job, two steps, a finished job.
      #expect(told.count == 3)

      let results = try FileManager.default.contentsOfDirectory(
        atPath: output.appending(path: "results").path)
      #expect(results.sorted() == ["capped-base-0.json", "capped-gaa-code-0.json"])
      let again = Steps()
      let second = try HoneypotExperiment(configuration, folder: output).run(
        observer: again.observer
      ) { _ in }
      #expect(second.runs.map(\.record) == first.runs.map(\.record))
      #expect(again.count == 2, "nothing is trained again")
      let report = HoneypotReport(second.runs, configuration: configuration, command: "test")
      #expect(report.forms.map(\.name) == ["capped"])
    }
  }

  @Test func `adds seeds to what is there, and refuses other settings`() throws {
    try withWorld { folder, configuration in
      let output = folder.appending(path: "out")
      var configuration = configuration
      configuration.methods = [.base]
      let run = { (configuration: HoneypotConfiguration) in
        try HoneypotExperiment(configuration, folder: output).run(
          observer: .silent
        ) { _ in }.runs.map(\.record)
      }
      let first = try run(configuration)
      configuration.seeds = 2
      let second = try run(configuration)
      #expect(second.count == 2 && second[0] == first[0] && second[1].seed == 1)
      // Other weights behind the same path are other settings too.
      try Tiny.saveReward(in: folder.appending(path: "gold"), seed: 4)
      #expect(throws: TrainingError.self) { try run(configuration) }
      try Tiny.saveReward(in: folder.appending(path: "gold"), seed: 3)
      #expect(try run(configuration) == second)
      configuration.learningRate *= 2
      #expect {
        _ = try run(configuration)
      } throws: { error in
        guard case .configuration(key: "output", reason: let reason)? = error as? TrainingError
        else { return false }
        return reason.contains("other settings")
      }
    }
  }

  @Test func `gives the same records again, but for the seconds`() throws {
    try withWorld { folder, configuration in
      var records = try ["a", "b"].map { name in
        try HoneypotExperiment(configuration, folder: folder.appending(path: name)).run(
          observer: .silent
        ) { _ in }.runs.map(\.record)
      }
      for run in records.indices {
        for index in records[run].indices { records[run][index].seconds = 0 }
      }
      #expect(records[0] == records[1])
    }
  }

  // Completions of one token have no pairs: their variety is NaN, which is a result like any other.
  @Test func `uses results again that are not numbers`() throws {
    try withWorld { folder, configuration in
      var configuration = configuration
      configuration.maximumLength = 1
      configuration.methods = [.base]
      let output = folder.appending(path: "out")
      _ = try HoneypotExperiment(configuration, folder: output).run(
        observer: .silent
      ) { _ in }
      let file = output.appending(path: "results/capped-base-0.json")
      // Marked, so that it shows whether the file or a new run is answered.
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains("\"distinct_2\":\"nan\""))
      try text.replacingOccurrences(of: "\"seconds\":0", with: "\"seconds\":77")
        .write(to: file, atomically: true, encoding: .utf8)
      let records = try HoneypotExperiment(configuration, folder: output).run(
        observer: .silent
      ) { _ in }.runs.map(\.record)
      #expect(records[0].seconds == 77 && records[0].distinctPairs.isNaN)
    }
  }

  // The same seed with and without: any trace that a setting leaves shows in the divergence.
  @Test func `gives every method the KL term and the coefficients it is told`() throws {
    try withWorld { folder, configuration in
      let variants: [(String, (inout HoneypotConfiguration) -> Void)] = [
        ("plain", { _ in }), ("reward", { $0.klPlacement = .reward }),
        ("loss", { $0.klPlacement = .loss }), ("b", { $0.greedyControl.b = 0 }),
        ("ab", { ($0.greedyControl.a, $0.greedyControl.b) = (0.5, 0.5) }),
      ]
      var seen: Set<Double> = []
      for (name, change) in variants {
        var configuration = configuration
        configuration.methods = [.gaaCode]
        configuration.steps = 4
        configuration.learningRate = 0.01
        configuration.klCoefficient = 0.5
        change(&configuration)
        let records = try HoneypotExperiment(
          configuration, folder: folder.appending(path: name)
        ).run(observer: .silent) { _ in }.runs.map(\.record)
        seen.insert(records[0].kl)
      }
      #expect(seen.count == variants.count)
    }
  }

  @Test func `goes on where one run diverges, and names it`() throws {
    try withWorld { folder, configuration in
      var configuration = configuration
      configuration.learningRate = 1e30
      configuration.steps = 4
      let outcome = try HoneypotExperiment(
        configuration, folder: folder.appending(path: "out")
      ).run(observer: .silent) { _ in }
      #expect(outcome.runs.map(\.record.method) == ["base"] && outcome.isComplete)
      #expect(outcome.failures.map(\.run) == ["capped-gaa-code-0"])
      guard case .diverged? = outcome.failures.first?.error else {
        Issue.record("\(outcome.failures)")
        return
      }
    }
  }

  @Test func `that cannot begin leaves no settings behind`() throws {
    try withWorld { folder, configuration in
      var wrong = configuration
      wrong.base = folder.appending(path: "nowhere").path
      let output = folder.appending(path: "out")
      #expect(throws: (any Error).self) {
        try HoneypotExperiment(wrong, folder: output).run(observer: .silent) { _ in }
      }
      #expect(!FileManager.default.fileExists(atPath: output.path))
    }
  }

  @Test func `stops where it is asked to, with finished runs kept`() throws {
    try withWorld { folder, configuration in
      let output = folder.appending(path: "out")
      let observer = RunObserver(
        progress: { _, _, _ in }, note: { _ in }, isStopRequested: { true })
      let outcome = try HoneypotExperiment(configuration, folder: output).run(
        observer: observer
      ) { _ in }
      #expect(!outcome.isComplete && outcome.runs.map(\.record.method) == ["base"])
    }
  }

  @Test func `names the setting that cannot be`() {
    let changes: [(String, (inout HoneypotConfiguration) -> Void)] = [
      ("seeds", { $0.seeds = 0 }), ("word", { $0.word = "two words" }), ("word", { $0.word = "" }),
      ("word", { $0.word = "sci-fi" }), ("methods", { $0.methods = [.base, .ppo, .base] }),
      ("forms", { $0.forms = [.capped, .capped] }),
      ("forms", { $0.forms = [.clean] }), ("forms", { $0.forms = [] }),
      ("methods", { $0.methods = [] }), ("workers", { $0.workers = -1 }),
      ("steps", { $0.steps = 0 }), ("evaluations", { $0.evaluations = 0 }),
      ("lambda", { $0.lambda = 1.5 }),
      ("actde_lambda", { $0.actionConditionedLambda = -0.1 }),
      ("learning_rate", { $0.learningRate = -1 }),
      ("kl_coefficient", { $0.klCoefficient = -1 }),
      ("critic_learning_rate_factor", { $0.criticLearningRateFactor = -1 }),
      ("greedy_control.a", { $0.greedyControl.a = .nan }),
      ("greedy_control.shuffled", { $0.greedyControl.shuffled = true }),
    ]
    for (key, change) in changes {
      var configuration = HoneypotConfiguration()
      change(&configuration)
      #expect {
        try configuration.validate()
      } throws: { error in
        guard case .configuration(key: let named, reason: _)? = error as? TrainingError else {
          return false
        }
        return named == key
      }
    }
  }
}

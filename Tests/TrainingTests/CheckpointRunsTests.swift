import Feedback
import Files
import Foundation
import LanguageModels
import NeuralNetworks
import Rewards
import RunRecords
import Synchronization
import TensorTestSupport
import Testing
import Torch

@testable import Training

/// Counts what happens, across closures.
private final class Counter: Sendable {
  let count = Atomic(0)
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

@Suite struct `Checkpoints of a run` {
  private func context(_ folder: URL, _ existing: RunFolder.Existing = .refuse) -> RunContext {
    RunContext(
      folder: folder, configurationText: "seed: 7\n", commandLine: ["rein", "test"],
      versions: [:], existing: existing)
  }

  private func observer(stoppingAfter limit: Int? = nil) -> RunObserver {
    let steps = Counter()
    return RunObserver(
      progress: { _, _, _ in _ = steps.next() }, note: { _ in },
      isStopRequested: { limit.map { steps.count.load(ordering: .relaxed) >= $0 } ?? false })
  }

  // Twelve steps of a tiny model that learns texts, with dropout.
  private func trainer(_ rate: Double = 1e-2) throws -> SupervisedTrainer {
    var shape = Tiny.shape()
    shape.residualDropout = 0.2
    var configuration = SupervisedTrainer.Configuration()
    configuration.epochs = 6
    configuration.batchTokens = 12
    configuration.optimizer.learningRate = rate
    let examples = [[3, 4, 5, 6, 0], [7, 0], [10, 11, 12, 0], [15, 3, 0]].map {
      SupervisedTrainer.Example(prompt: [0], completion: $0, byteCount: 1)
    }
    let trainer = try SupervisedTrainer(
      Tiny.language(shape), examples: examples, configuration: configuration, seed: 3)
    try #require(trainer.stepCount == 12)
    return trainer
  }

  // Takes steps as a run does, with a metric of every third step beside the trainer's own.
  @discardableResult
  private func take(
    _ folder: URL, _ settings: CheckpointSettings, _ existing: RunFolder.Existing = .refuse,
    stoppingAfter limit: Int? = nil, scores: [Int: Double] = [:], failingAt: Int? = nil
  ) throws -> SupervisedTrainer {
    let trainer = try trainer()
    let session = try RunSession(
      context(folder, existing), trainer, seed: 3, checkpoints: settings,
      observer: observer(stoppingAfter: limit))
    _ = try session.run { _ in
      ""
    } save: {
      try ModelFolder($0).save(trainer.model)
    } each: { report in
      if report.step == failingAt { throw TrainingError.noData("a test") }
      var report = report
      if let score = scores[report.step] { report.metrics.append((.validationLoss, score)) }
      return report
    }
    return trainer
  }

  private func settings(every: Int?, keep: Int = 2, best: String? = nil) -> CheckpointSettings {
    var settings = CheckpointSettings()
    settings.interval = every
    settings.keep = keep
    settings.best = best
    return settings
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: RunFolder.checkpoints(of: folder).path
    ).sorted()
  }

  private func events(_ folder: URL) throws -> [[String: UInt64]] {
    try RunFolder(opening: folder).readEvents().map { event in
      Dictionary(
        event.values.filter { $0.key != .peakMemory }.map { ($0.key.name, $0.value.bitPattern) },
        uniquingKeysWith: { $1 })
    }
  }

  @Test func `rotate, and those that stay load as models`() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      try take(run, settings(every: 5))
      #expect(try names(run) == ["step-000010", "step-000012"])
      let last = RunFolder.checkpoints(of: run).appending(path: "step-000012")
      let model = try ModelFolder(last).languageModel()
      #expect(try Tiny.bytes(model.parameters) == Tiny.bytes(trainedThrough().parameters))
      let none = folder.appending(path: "none")
      try take(none, settings(every: nil))
      #expect(try names(none) == [])
    }
  }

  private func trainedThrough() throws -> LanguageModel {
    let trainer = try trainer()
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    return trainer.model
  }

  @Test(arguments: [1, 4, 5, 9, 11])
  func `take a stopped run to the end that an unbroken one has`(stop: Int) throws {
    try withTemporaryFolder { folder in
      let (whole, cut) = (folder.appending(path: "whole"), folder.appending(path: "cut"))
      let expected = try take(whole, settings(every: nil))
      let first = try take(cut, settings(every: 4), stoppingAfter: stop)
      #expect(first.stepsTaken == stop)
      // Steps that were taken, but lost with the process, are taken again and recorded once.
      try AppendingFile(at: RunFolder(opening: cut).events)
        .append(Data("{\"step\":\(stop + 1),\"time\":1,\"loss\":9}\n{\"step\":".utf8))
      let rest = try take(cut, settings(every: 4), .resume)
      #expect(Tiny.bytes(rest.model.parameters) == Tiny.bytes(expected.model.parameters))
      #expect(try events(cut) == events(whole))
      #expect(try RunFolder(opening: cut).readManifest().starts.count == 2)
      // TensorBoard would show the steps of a second file beside those of the first.
      let board = try FileManager.default.contentsOfDirectory(
        atPath: RunFolder(opening: cut).tensorBoard.path)
      #expect(board.count == 1)
    }
  }

  @Test func `let a run that is finished end again as it did`() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      let first = try take(run, settings(every: 5))
      let before = try events(run)
      let again = try take(run, settings(every: 5), .resume)
      #expect(Tiny.bytes(again.model.parameters) == Tiny.bytes(first.model.parameters))
      #expect(try events(run) == before)
    }
  }

  @Test func `keep the best by a metric, whatever its age`() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      let scores: [Int: Double] = [2: 3, 4: 1, 6: 2, 8: 1.5, 10: 4, 12: 1.2]
      try take(run, settings(every: 5, keep: 1, best: "validation/loss"), scores: scores)
      #expect(try names(run) == ["best", "step-000004", "step-000012"])
      let best = RunFolder.checkpoints(of: run).appending(path: "best")
      #expect(best.resolvingSymlinksInPath().lastPathComponent == "step-000004")
      #expect(try ModelFolder(best).languageModel().parameters.count > 0)
      // It is remembered over a stop: 1.5 at step 8 is no better than 1 at step 4.
      let cut = folder.appending(path: "cut")
      let settings = settings(every: 5, keep: 1, best: "validation/loss")
      try take(cut, settings, stoppingAfter: 6, scores: scores)
      try take(cut, settings, .resume, scores: scores)
      #expect(try names(cut) == ["best", "step-000004", "step-000012"])
      // Of a metric that shall be high, step 10's is.
      var highest = settings
      highest.bestIs = .highest
      let high = folder.appending(path: "high")
      try take(high, highest, scores: scores)
      #expect(try names(high) == ["best", "step-000010", "step-000012"])
    }
  }

  @Test func `that cannot be written stop the run and leave the one before`() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      try take(run, settings(every: 4), stoppingAfter: 4)
      // A file stands where the next checkpoint is made.
      let place = RunFolder.checkpoints(of: run).appending(path: ".step-000008.partial")
      try FileManager.default.createDirectory(
        at: place.appending(path: "inside"), withIntermediateDirectories: true)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o500], ofItemAtPath: RunFolder.checkpoints(of: run).path)
      defer {
        try? FileManager.default.setAttributes(
          [.posixPermissions: 0o700], ofItemAtPath: RunFolder.checkpoints(of: run).path)
      }
      // Root may write everywhere.
      guard getuid() != 0 else { return }
      #expect(throws: (any Error).self) { try take(run, settings(every: 4), .resume) }
      #expect(try names(run).contains("step-000004"))
    }
  }

  @Test func `say where a run goes on whose evaluation failed`() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      #expect(throws: TrainingError.noData("a test")) {
        try take(run, settings(every: 4), failingAt: 6)
      }
      // Step 6 was taken, but is not recorded: the run goes on from what is.
      #expect(try names(run) == ["step-000004"])
      let rest = try take(run, settings(every: 4), .resume)
      #expect(try Tiny.bytes(rest.model.parameters) == Tiny.bytes(trainedThrough().parameters))
      #expect(try events(run).count == 12)
    }
  }

  // The reward breaks at its fourth call and is mended: what was drawn for that step is drawn again.
  @Test(arguments: [Method.Preset.ppoKL, .gaaText, .grpo])
  func `lose nothing by a reward that fails and is mended`(preset: Method.Preset) throws {
    struct Broken: Error {}
    struct Failing: Reward {
      let fails: @Sendable () -> Bool
      func grades(_ completions: [Completion]) throws -> [Grade] {
        if fails() { throw Broken() }
        return EachReward.varied.grades(completions)
      }
    }
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      let whole = try Scene(preset)
      try whole.steps(10)
      let calls = Counter()
      let scene = try Scene(preset, reward: Failing { calls.next() == 4 })
      let take = { (scene: Scene, existing: RunFolder.Existing) in
        let session = try RunSession(
          context(run, existing), scene.trainer, seed: 0, observer: observer())
        _ = try session.run { _ in
          ""
        } save: {
          try ModelFolder($0).save(scene.policy)
        } each: {
          $0
        }
      }
      #expect(throws: Broken.self) { try take(scene, .refuse) }
      let stopped = scene.trainer.stepsTaken
      #expect(stopped > 0 && stopped < 5)
      #expect(try names(run) == [String(format: "step-%06d", stopped)])
      let mended = try Scene(preset)
      try take(mended, .resume)
      #expect(Tiny.bytes(mended.policy.parameters) == Tiny.bytes(whole.policy.parameters))
    }
  }

  @Test func `are refused where settings say nothing`() throws {
    for (key, change) in [
      ("checkpoints.every", { $0.interval = 0 }), ("checkpoints.keep", { $0.keep = 0 }),
      ("checkpoints.best_is", { $0.bestIs = .lowest }),
    ] as [(String, (inout CheckpointSettings) -> Void)] {
      var settings = CheckpointSettings()
      change(&settings)
      #expect {
        try settings.validate()
      } throws: { error in
        guard case .configuration(key: key, reason: _)? = error as? TrainingError else {
          return false
        }
        return true
      }
    }
  }
}

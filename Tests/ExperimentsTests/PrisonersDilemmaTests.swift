import Environments
import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch
import Training

@testable import Experiments

@Suite struct `The prisoner's dilemma experiment` {
  private func small(_ change: (inout DilemmaConfiguration) -> Void = { _ in })
    -> DilemmaConfiguration
  {
    var configuration = DilemmaConfiguration()
    (configuration.games, configuration.length, configuration.updates) = (8, 20, 8)
    (configuration.seeds, configuration.workers) = (1, 1)
    change(&configuration)
    return configuration
  }

  private func run(_ variant: DilemmaVariant, seed: Int = 0, _ configuration: DilemmaConfiguration)
    throws -> DilemmaRun
  {
    try #require(
      DilemmaJob(variant: variant, seed: seed).run(configuration) { _ in true })
  }

  @Test func `has the published model of 7,299 weights`() throws {
    let configuration = DilemmaConfiguration()
    let policy = try LanguageModel(
      configuration.shape(.actde), ParameterBuilder(generator: Generator(seed: 0)))
    let agent = try SequenceAgent(
      configuration.method(.actde),
      .init(policy: policy, environment: PrisonersDilemma.published, games: 1, length: 100), seed: 0
    )
    #expect(agent.policyParameters.elementCount + agent.criticParameters.elementCount == 7_299)
    // Fresh heads are drawn, as minGPT draws every linear layer.
    #expect(agent.criticParameters.tensors.contains { $0.squared().sum().item > 0 })
  }

  @Test(arguments: DilemmaVariant.allCases) func `runs every variant`(variant: DilemmaVariant)
    throws
  {
    let run = try run(variant, small())
    #expect(run.curve.map(\.update) == [0, 4])
    for point in run.curve {
      expectEqual(
        point.alternating + point.cooperating + point.defecting, 1, tolerance: 1e-12)
      #expect(point.meanReturn.isFinite)
    }
  }

  @Test func `gives the same numbers for the same seed and others for another`() throws {
    let runs = try [(0, 1), (0, 1), (1, 1)].map { try run(.actde, seed: $0.0, small()).curve }
    #expect(runs[0] == runs[1] && runs[0] != runs[2])
  }

  @Test func `counts what a rollout's games were`() throws {
    // Fresh models play nearly at random: half of the actions alternate.
    let point = try #require(
      run(.ppo, small { ($0.games, $0.length, $0.updates) = (64, 100, 4) }).curve.first)
    // 6,400 draws: deviation .006.
    #expect(abs(point.alternating - 0.5) < 0.04)
    #expect(abs(point.cooperating - 0.25) < 0.04 && abs(point.defecting - 0.25) < 0.04)
    #expect(abs(point.meanReturn) < 0.1)
  }

  typealias Change = @Sendable (inout DilemmaConfiguration) -> Void

  static let refused: [(String, Change)] = [
    ("payoffs", { $0.payoffs = [[1, 2]] }), ("discount", { $0.discount = 1.5 }),
    ("lambda", { $0.lambda = -0.1 }), ("length", { $0.length = 128 }),
    ("variants", { $0.variants = [] }), ("dropout", { $0.dropout = 1 }),
  ]

  @Test(arguments: refused)
  func `refuses settings that make no sense, by name`(
    key: String, change: Change
  ) throws {
    var configuration = small()
    change(&configuration)
    #expect {
      try configuration.validate()
    } throws: { error in
      if case TrainingError.configuration(key: let found, reason: _) = error { return found == key }
      return false
    }
  }

  @Test func `keeps what is done and goes on with the rest`() throws {
    try withTemporaryFolder { folder in
      let configuration = small { $0.variants = [.ppo, .actde] }
      let stopped = try DilemmaExperiment(configuration, folder: folder).run(
        observer: RunObserver(
          progress: { _, _, _ in }, note: { _ in }, isStopRequested: { false })
      ) { _ in }
      #expect(stopped.isComplete && stopped.runs.count == 2)
      let again = try DilemmaExperiment(configuration, folder: folder).run(observer: .silent) { _ in
      }
      #expect(again.runs == stopped.runs)
      var other = configuration
      other.discount = 0.9
      #expect(throws: TrainingError.self) {
        try DilemmaExperiment(other, folder: folder).run(observer: .silent) { _ in }
      }
    }
  }
}

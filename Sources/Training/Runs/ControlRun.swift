public import Environments
public import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import Torch

/// `rein control`: trains a small policy in a world, built in or played by an outside program.
public struct ControlRun: Sendable {
  /// What a run is made of.
  public struct Configuration: Codable, Equatable, Sendable {
    /// A method by name; its choices can be changed one by one under `training.method`.
    public var preset = Method.Preset.ppo
    /// The world.
    public var environment = WorldChoice()
    /// Loop, networks, optimizer and the method's four choices.
    public var training = EnvironmentConfiguration()
    /// Episodes played after training, as many with drawn actions as with the most probable ones.
    public var evaluationEpisodes = 20
    /// The folder of an earlier run's model to start from; nil starts from fresh weights.
    public var base: String?
    /// Where the trained policy goes; nil puts it into the run folder.
    public var output: String?
    /// Decides weights, worlds, actions and minibatches.
    public var seed: UInt64 = 0

    enum CodingKeys: String, CodingKey {
      case preset, environment, training
      case evaluationEpisodes = "evaluation_episodes"
      case base, output, seed
    }

    /// Defaults.
    public init() {}

    /// The configuration with a preset's four choices.
    public init(preset: Method.Preset) {
      self.preset = preset
      training = EnvironmentConfiguration(preset)
    }
  }

  /// What a run gave.
  public struct Result: Sendable {
    /// How it ended.
    public var ending: RunEnding
    /// Where the policy is.
    public var model: URL
    /// The last step's report.
    public var lastReport: StepReport?
    /// Undiscounted returns of the evaluation's episodes, with actions drawn from the policy.
    public var sampledReturns: [Double]
    /// The same with the most probable actions, which may flatter a policy that has hardly learnt.
    public var greedyReturns: [Double]
  }

  private let configuration: Configuration

  /// A run, not yet begun.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Starts the worlds, trains, evaluates, saves.
  ///
  /// - Parameters:
  ///   - context: Where to write.
  ///   - observer: Who watches.
  /// - Returns: What came out.
  /// - Throws: What is wrong with configuration, files, worlds or training.
  public func run(_ context: RunContext, observer: RunObserver) throws -> Result {
    try configuration.training.validate()
    guard configuration.evaluationEpisodes >= 0 else {
      throw TrainingError.configuration(
        key: "evaluation_episodes", reason: "\(configuration.evaluationEpisodes) is below 0")
    }
    try context.check(output: configuration.output, storedType: .float32)
    let makeWorld = try configuration.environment.maker()
    let base = try configuration.base.map {
      try SafeTensors(contentsOf: weights(in: URL(fileURLWithPath: $0)))
    }
    let agent = try EnvironmentAgent(
      configuration.training, seed: configuration.seed, makeEnvironment: makeWorld)
    if let base { try agent.restore(base) }
    let trainer = try PolicyTrainer(configuration.training, agent: agent, seed: configuration.seed)
    let session = try RunSession(context, trainer, seed: configuration.seed, observer: observer)
    let save = { (folder: URL) in
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try SafeTensors.write(
        agent.parameters, to: weights(in: folder),
        metadata: ["format": "pt", "world": configuration.environment.title])
    }
    let isFinished = try session.run { report in
      let score = report[.episodeReturn].map { "return \($0.short)  " } ?? ""
      return score + "\(Int(report[.environmentSteps] ?? 0)) actions"
    } save: {
      try save($0)
    } each: {
      $0
    }
    let model = try session.save(to: configuration.output, isFinished: isFinished, save)
    let returns = { (choice: EnvironmentAgent.Choice) in
      isFinished ? try evaluation(of: agent, by: choice, in: makeWorld) : []
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: model,
      lastReport: session.last, sampledReturns: try returns(.sampled),
      greedyReturns: try returns(.mostProbable))
  }

  private func evaluation(
    of agent: EnvironmentAgent, by choice: EnvironmentAgent.Choice,
    in makeWorld: () throws -> any Environment
  ) throws -> [Double] {
    guard configuration.evaluationEpisodes > 0 else { return [] }
    let world = try makeWorld()
    let seeds = Generator(seed: configuration.seed, purpose: "evaluation")
    var generator = SeededGenerator(seed: UInt64(seeds.integer(below: 1 << 50)))
    return try (0..<configuration.evaluationEpisodes).map { _ in
      try agent.episodeReturn(
        in: world, by: choice, using: &generator, limit: configuration.training.episodeLimit)
    }
  }

  private func weights(in folder: URL) -> URL { ModelFolder(folder).weightsURL }
}

/// A world by name, or the program that plays it.
public struct WorldChoice: Codable, Equatable, Sendable {
  /// The built-in worlds.
  public enum Name: String, Codable, Sendable, CaseIterable {
    /// A pole on a cart, as gymnasium's CartPole-v1: 500 actions at most.
    case cartPole = "cartpole"
    /// Two links that swing up, as gymnasium's Acrobot-v1: 500 actions at most.
    case acrobot
    /// A ball falls, a paddle of one cell catches it.
    case `catch`
    /// Five states in a row, the right end pays.
    case randomWalk = "random-walk"
    /// A bandit: the first action earns 1, the second 0.5.
    case bandit
    /// The iterated prisoner's dilemma against one's past self, cut after 100 actions.
    case prisonersDilemma = "prisoners-dilemma"

    /// The world, with the time limit it is known with.
    public var environment: any Environment {
      switch self {
      case .cartPole: TimeLimit(CartPole(), limit: 500)
      case .acrobot: TimeLimit(Acrobot(), limit: 500)
      case .catch: Catch()
      case .randomWalk: RandomWalk()
      case .bandit: Bandit.weddingOrParty
      case .prisonersDilemma: TimeLimit(PrisonersDilemma.published, limit: 100)
      }
    }
  }

  /// A built-in world.
  public var name = Name.cartPole
  /// The command line of an outside program to play with instead, as the shell reads it.
  public var program: String?
  /// Seconds that an outside program has for each answer.
  public var timeout = 10.0

  /// CartPole.
  public init() {}

  var title: String { program ?? name.rawValue }

  // Each world that is made is a program of its own.
  func maker() throws(TrainingError) -> () throws -> any Environment {
    guard timeout > 0, timeout < 1e9 else {
      throw .configuration(key: "environment.timeout", reason: "\(timeout) seconds are none")
    }
    guard let program else { return { name.environment } }
    guard program.contains(where: { !$0.isWhitespace }) else {
      throw .configuration(
        key: "environment.program", reason: "name a program, such as 'python3 world.py'")
    }
    return {
      try ProcessEnvironment(
        command: ["/bin/sh", "-c", "exec \(program)"], title: program, timeout: timeout)
    }
  }
}

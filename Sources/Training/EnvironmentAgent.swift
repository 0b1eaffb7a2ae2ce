public import Environments
public import NeuralNetworks
import PolicyOptimization
public import RunRecords
public import Torch

/// A small policy in worlds of numbers: bandits, games, control.
public final class EnvironmentAgent: Agent {
  /// What was seen and done, packed.
  public struct Record {
    /// What the policy saw [n, observation].
    var observations: Tensor
    /// What it did [n] int64.
    var actions: Tensor
    /// log π_old of every action [n, actions].
    var distributions: Tensor
    /// What each trajectory ended in [batch, observation].
    var finalObservations: Tensor
    /// 0 where it ended by itself, 1 where it was cut [batch].
    var isCut: Tensor
    /// log π_ref of every action [n, actions].
    var referenceDistributions: Tensor?
    var greedy: Greedy?
    var seconds: Double

    /// What the most probable actions would have led to, packed.
    struct Greedy {
      var actions: Tensor
      var rewards: Tensor
      var nextObservations: Tensor
      var goesOn: Tensor
    }
  }

  private let method: Method
  private let network: ActorCritic
  private let trusted: ActorCritic?
  private let dataType: DataType
  private let draws: Generator
  private var worlds: Worlds

  /// An agent with fresh networks in copies of a world.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - environment: The world; every copy lives its own life.
  ///   - seed: Decides weights, worlds and actions.
  ///   - dataType: The type of weights and observations.
  ///   - initialLogits: What a table's logits start at [observation, actions]; nil starts uniform.
  /// - Throws: `TrainingError`, or what the environment throws.
  public convenience init(
    _ configuration: EnvironmentConfiguration, _ environment: any Environment, seed: UInt64,
    dataType: DataType = .float32, initialLogits: Tensor? = nil
  ) throws {
    try self.init(
      configuration, seed: seed, dataType: dataType, initialLogits: initialLogits
    ) { environment }
  }

  /// An agent with fresh networks in worlds that are made one by one, such as outside programs.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - seed: Decides weights, worlds and actions.
  ///   - dataType: The type of weights and observations.
  ///   - initialLogits: What a table's logits start at [observation, actions]; nil starts uniform.
  ///   - makeEnvironment: Makes a world.
  /// - Throws: `TrainingError`, or what an environment throws.
  public init(
    _ configuration: EnvironmentConfiguration, seed: UInt64, dataType: DataType = .float32,
    initialLogits: Tensor? = nil, makeEnvironment: () throws -> any Environment
  ) throws {
    try configuration.validate()
    method = configuration.method
    self.dataType = dataType
    let environments = try (0..<configuration.environments).map { _ in try makeEnvironment() }
    let environment = environments[0]
    let shape = ActorCritic.Shape(
      observationCount: environment.observationCount, actionCount: environment.actionCount,
      widths: configuration.widths, activation: configuration.activation,
      hasBias: !configuration.widths.isEmpty)
    let make = {
      try ActorCritic(
        shape, critic: configuration.method.critic,
        generator: Generator(seed: seed, purpose: "weights"), dataType: dataType)
    }
    network = try make()
    if let initialLogits, let table = network.policyParameters.tensors.last,
      configuration.widths.isEmpty
    {
      table.assign(initialLogits)
    }
    trusted = method.reference.placement == .none ? nil : try make()
    trusted?.policyParameters.assign(network.policyParameters)
    draws = Generator(seed: seed, purpose: "rollouts")
    let recordsGreedy = method.objective.greedyAwareness != nil
    if recordsGreedy, type(of: environment) is AnyClass {
      throw TrainingError.configuration(
        key: "objective.greedy_awareness",
        reason: "tries the greedy action in a copy of the world; this world cannot be copied")
    }
    worlds = Worlds(
      environments, configuration: configuration, seed: seed, recordsGreedy: recordsGreedy)
  }

  /// All weights: the policy's, then the critic's.
  public var parameters: Parameters { network.policyParameters + network.criticParameters }

  /// Takes over weights that were saved, by name.
  ///
  /// - Parameter weights: A file with all of ``parameters``.
  /// - Throws: `WeightError` where one is missing or has another shape.
  public func restore(_ weights: SafeTensors) throws {
    for (name, tensor) in zip(parameters.names, parameters.tensors) {
      let shape = try weights.shape(of: name)
      guard shape == tensor.shape else {
        throw WeightError.shape(
          file: weights.path, tensor: name, stored: shape, expected: tensor.shape)
      }
      tensor.assign(try weights.tensor(name).cast(to: dataType))
    }
    trusted?.policyParameters.assign(network.policyParameters)
  }

  /// How an action is chosen from a policy.
  public enum Choice: Sendable {
    /// Drawn, as in training.
    case sampled
    /// The most probable one.
    case mostProbable
  }

  /// The return of an episode in a world of its own.
  ///
  /// - Parameters:
  ///   - environment: The world.
  ///   - choice: How actions are chosen; draws come from the generator too.
  ///   - generator: Where its chance comes from.
  ///   - limit: Actions after which the episode is cut.
  /// - Returns: The undiscounted return.
  /// - Throws: What the environment throws.
  public func episodeReturn(
    in environment: any Environment, by choice: Choice, using generator: inout SeededGenerator,
    limit: Int
  ) throws -> Double {
    var environment = environment
    let draws = Generator(seed: generator.next(), purpose: "actions")
    var observation = try environment.reset(using: &generator)
    var sum = 0.0
    for _ in 0..<limit {
      let input = Tensor(observation, shape: [1, observation.count]).cast(to: dataType)
      let action = Tensor.withoutRecording {
        let log = network.logPolicy(input)
        return (choice == .sampled ? draws.categorical(logits: log) : log.argmax(along: -1))
          .integers[0]
      }
      let step = try environment.step(action)
      sum += step.reward
      observation = step.observation
      if step.ending != nil { break }
    }
    return sum
  }

  /// The weights of the policy.
  public var policyParameters: Parameters { network.policyParameters }
  /// The weights of the critic alone.
  public var criticParameters: Parameters { network.criticParameters }
  /// Memoryless: single steps.
  public var minibatchUnit: MinibatchUnit { .step }
  /// The undiscounted returns of the last 100 episodes that ended.
  public var recentReturns: [Double] { worlds.recentReturns }
  /// Actions so far, in all worlds.
  public var actionCount: Int { worlds.actionCount }

  /// π of every action at some observations [n, observation].
  public func policy(_ observations: Tensor) -> Tensor {
    network.logPolicy(observations.cast(to: dataType)).exponential()
  }

  /// V, and Q of every action where the critic has it, at some observations.
  public func values(_ observations: Tensor) -> (values: Tensor, actionValues: Tensor?) {
    network.values(observations.cast(to: dataType))
  }

  /// Acts in the worlds.
  public func episodes(step: Int) throws -> Episodes<Record> {
    let clock = ContinuousClock()
    let begin = clock.now
    let walk = try worlds.walk { [network, draws, dataType] observations, rows in
      let count = observations.count / rows
      let input = Tensor(observations, shape: [rows, count]).cast(to: dataType)
      guard !network.isTable || observations.contains(where: { $0 != 0 }) else {
        throw TrainingError.configuration(
          key: "hidden_widths",
          reason:
            "a table's rows are picked by what is observed, and this world shows zeros alone: give it a hidden layer"
        )
      }
      let log = network.logPolicy(input)
      guard log.isAllFinite else {
        throw TrainingError.diverged(metric: "a log-probability", step: step)
      }
      return (draws.categorical(logits: log).integers, log)
    }
    let distributions = Tensor.concatenate(walk.distributions, along: 0)
      .selecting(Tensor(walk.order), along: 0)
    let actions = Tensor(walk.actions)
    let take = { (indices: Tensor) in
      distributions.gathered(indices.unsqueezed(1), along: 1).squeezed(1)
    }
    let matrix = { (values: [Double], rows: Int) in
      Tensor(values, shape: [rows, values.count / max(1, rows)]).cast(to: self.dataType)
    }
    var record = Record(
      observations: matrix(walk.observations, walk.actions.count), actions: actions,
      distributions: distributions,
      finalObservations: matrix(walk.finalObservations, walk.lengths.count),
      isCut: Tensor(walk.isCut).cast(to: dataType), seconds: (clock.now - begin).seconds)
    var greedyLogProbabilities: Tensor?
    if let greedy = walk.greedy {
      record.greedy = .init(
        actions: Tensor(greedy.actions), rewards: Tensor(greedy.rewards).cast(to: dataType),
        nextObservations: matrix(greedy.nextObservations, walk.actions.count),
        goesOn: Tensor(greedy.goesOn).cast(to: dataType))
      greedyLogProbabilities = take(Tensor(greedy.actions))
    }
    return Episodes(
      record: record, lengths: walk.lengths,
      rewards: Tensor(walk.rewards).cast(to: dataType), logProbabilities: take(actions),
      greedyLogProbabilities: greedyLogProbabilities)
  }

  /// Values of the states, and of what cut trajectories would have gone on from.
  public func estimates(_ episodes: Episodes<Record>) -> Estimates {
    let record = episodes.record
    let (values, all) = network.values(record.observations)
    let (final, finalAll) = network.values(record.finalObservations)
    guard method.critic.kind != .none else {
      return Estimates(values: values, finalValues: record.isCut.zerosLike())
    }
    let taken = all?.gathered(record.actions.unsqueezed(1), along: 1).squeezed(1)
    guard method.advantage.needsAllActionValues, let all, let finalAll else {
      return Estimates(values: values, finalValues: final * record.isCut, actionValues: taken)
    }
    let mean = { (log: Tensor, q: Tensor) in (log.exponential() * q).sum(along: -1) }
    let expected = mean(record.distributions, all)
    if method.advantage.estimator == .maximalActionValue {
      return Estimates(
        values: values, expectedActionValues: expected,
        finalValues: finalAll.maximum(along: -1) * record.isCut, actionValues: taken,
        bootstrapValues: all.maximum(along: -1))
    }
    let finalExpected = mean(network.logPolicy(record.finalObservations), finalAll)
    return Estimates(
      values: values, expectedActionValues: expected,
      finalValues: finalExpected * record.isCut, actionValues: taken)
  }

  /// The policy as it was at the start.
  public func reference(_ episodes: inout Episodes<Record>) -> ReferenceView? {
    guard let trusted else { return nil }
    let log = trusted.logPolicy(episodes.record.observations)
    episodes.record.referenceDistributions = log
    let take = { (indices: Tensor) in
      log.gathered(indices.unsqueezed(1), along: 1).squeezed(1)
    }
    return ReferenceView(
      logProbabilities: take(episodes.record.actions),
      greedyLogProbabilities: episodes.record.greedy.map { take($0.actions) })
  }

  /// What copies of the worlds answered to the most probable actions.
  public func greedyOutcomes(_ episodes: Episodes<Record>, step: Int) throws -> GreedyOutcomes {
    guard let greedy = episodes.record.greedy else {
      preconditionFailure("greedy actions were not tried")
    }
    return GreedyOutcomes(
      rewards: greedy.rewards,
      values: network.values(greedy.nextObservations).values * greedy.goesOn)
  }

  /// Exact entropies and divergences over all actions.
  public func judge(_ record: Record, _ minibatch: Minibatch, _ questions: Questions) -> Judgement {
    let pick = { (tensor: Tensor) in tensor.selecting(minibatch.places, along: 0) }
    let observations = pick(record.observations)
    let actions = pick(record.actions)
    var judgement = Judgement()
    if questions.policy {
      let logits = network.logits(observations)
      let statistics = CategoricalStatistics(
        logits: logits, choices: actions, prior: pick(record.distributions))
      judgement.logProbabilities = statistics.logProbabilities
      judgement.entropies = statistics.entropies
      judgement.priorDivergences = statistics.divergences
      if questions.greedy, let greedy = record.greedy {
        judgement.greedyLogProbabilities =
          CategoricalStatistics(logits: logits, choices: pick(greedy.actions)).logProbabilities
      }
      if questions.referenceDivergence {
        judgement.referenceDivergences = record.referenceDistributions.map {
          divergence(logits.logSoftmax(along: -1), from: pick($0))
        }
      }
    }
    if questions.critic && method.critic.kind != .none {
      let (values, all) = network.values(observations)
      judgement.values = values
      judgement.actionValues = all?.gathered(actions.unsqueezed(1), along: 1).squeezed(1)
    }
    return judgement
  }

  /// log π of every action.
  public func distributions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    network.logPolicy(record.observations.selecting(minibatch.places, along: 0))
  }

  /// The actions taken.
  public func actions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    record.actions.selecting(minibatch.places, along: 0)
  }

  /// Returns and lengths of the episodes, and the pace.
  public func describe(_ episodes: Episodes<Record>, step: Int) -> (
    metrics: [(Metric, Double)], samples: [Sample]
  ) {
    var metrics: [(Metric, Double)] = [
      (.environmentSteps, Double(worlds.actionCount)), (.stepsPerSecond, worlds.pace),
      (.rolloutSeconds, episodes.record.seconds),
    ]
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    if !worlds.recentReturns.isEmpty {
      metrics.append((.episodeReturn, mean(worlds.recentReturns)))
      metrics.append((.episodeLength, mean(worlds.recentLengths.map(Double.init))))
    }
    return (metrics, [])
  }
}

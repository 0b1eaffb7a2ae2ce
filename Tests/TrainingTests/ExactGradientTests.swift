import Environments
import Foundation
import NeuralNetworks
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

@testable import Training

/// Two states, two actions, three steps, nothing random but the policy, whose probabilities are quarters: 64 trajectories, each as
/// often as it is probable, are the exact expectation, so that the trainer's own code can be asked for its first gradient.
private struct EnumeratedWorld {
  let process: MarkovDecisionProcess
  let policy = [[0.75, 0.25], [0.25, 0.75]]
  let trajectories: [EnumeratedTrajectory]
  let discount: Double

  init(discount: Double = 1) throws {
    process = try MarkovDecisionProcess(
      initialProbabilities: [1, 0],
      transitions: [[[1, 0], [0, 1]], [[0, 1], [1, 0]]],
      rewards: [[1, -0.5], [2, 0.25]], horizon: 3, observation: .state)
    let policy = policy
    trajectories = process.trajectories { state, _ in policy[state] }.flatMap {
      Array(repeating: $0, count: Int(($0.probability * 64).rounded()))
    }
    self.discount = discount
  }

  var logits: Tensor { Tensor(policy.flatMap { $0.map { log($0) } }, shape: [2, 2]) }

  /// −∇J by the tape, over every trajectory once with its probability.
  var exact: Tensor {
    let parameter = logits.asParameter()
    return Tensor.recording {
      let log = parameter.logSoftmax(along: 1).reshaped(4)
      let terms = process.trajectories { state, _ in policy[state] }.map { trajectory in
        let cells = zip(trajectory.states, trajectory.actions).map { $0 * 2 + $1 }
        let probability = log.selecting(Tensor(cells), along: 0).sum().exponential()
        let discounted = trajectory.rewards.enumerated().reduce(0) {
          $0 + pow(discount, Double($1.offset)) * $1.element
        }
        return probability * -discounted
      }
      return Tensor.stack(terms, along: 0).sum().gradients(of: [parameter])[0]
    }
  }

  /// A method's first step up to its update, by the loop's own parts.
  func start(
    _ change: (inout EnvironmentConfiguration) -> Void, preset: Method.Preset,
    values: [[Double]]? = nil, actionValues: [[Double]]? = nil
  ) throws -> (EnvironmentAgent, EnvironmentConfiguration, Experience<EnvironmentAgent.Record>) {
    var configuration = EnvironmentConfiguration(preset)
    configuration.widths = []
    configuration.method.advantage.discount = discount
    configuration.method.advantage.whitening = .none
    configuration.method.objective.averaging = .sum
    change(&configuration)
    let agent = try EnvironmentAgent(
      configuration, process, seed: 0, dataType: .float64, initialLogits: logits)
    for (name, tensor) in zip(agent.criticParameters.names, agent.criticParameters.tensors) {
      if name.hasPrefix("v_head"), let values {
        tensor.assign(Tensor(values.flatMap { $0 }, shape: tensor.shape))
      }
      if name.hasPrefix("q_head"), let actionValues {
        tensor.assign(Tensor(actionValues.flatMap { $0 }, shape: tensor.shape))
      }
    }
    let experience = try ExperienceMaker(
      method: configuration.method, agent: agent, coefficient: 0, step: 1
    ).experience(episodes(of: agent))
    return (agent, configuration, experience)
  }

  /// The first gradient of a method.
  func gradient(
    _ change: (inout EnvironmentConfiguration) -> Void, preset: Method.Preset,
    values: [[Double]]? = nil, actionValues: [[Double]]? = nil
  ) throws -> Tensor {
    let (agent, configuration, experience) = try start(
      change, preset: preset, values: values, actionValues: actionValues)
    let loss = PolicyLoss(
      method: configuration.method, agent: agent, experience: experience, coefficient: 0,
      penalty: 1, shuffles: Generator(seed: 0))
    if configuration.method.advantage.baseline == .minimumVariance {
      let scores = experience.packing.lengths.indices.map { row in
        Tensor.recording {
          let now = agent.judge(
            experience.episodes.record, experience.trajectories([row]), Questions())
          let log = now.logProbabilities ?? logits
          return log.sum().gradients(of: agent.policyParameters.tensors).flattened
        }
      }
      return -minimumVarianceGradient(
        scores: Tensor.stack(scores, along: 0), returns: experience.totalReturns
      ).reshaped(2, 2)
    }
    return Tensor.recording {
      loss.policyOutcome(experience.whole).loss.gradients(of: agent.policyParameters.tensors)[0]
    }
  }

  private func episodes(of agent: EnvironmentAgent) -> Episodes<EnvironmentAgent.Record> {
    let states = trajectories.flatMap(\.states)
    let oneHot = { (states: [Int]) in
      Tensor(states.flatMap { $0 == 0 ? [1.0, 0] : [0, 1] }, shape: [states.count, 2])
    }
    let observations = oneHot(states)
    let actions = Tensor(trajectories.flatMap(\.actions))
    let log = logits.logSoftmax(along: 1).selecting(Tensor(states), along: 0)
    let record = EnvironmentAgent.Record(
      observations: observations, actions: actions, distributions: log,
      finalObservations: oneHot(trajectories.map { _ in 0 }),
      isCut: .zeros([trajectories.count], dataType: .float64), seconds: 0)
    return Episodes(
      record: record, lengths: trajectories.map(\.actions.count),
      rewards: Tensor(trajectories.flatMap(\.rewards)),
      logProbabilities: log.gathered(actions.unsqueezed(1), along: 1).squeezed(1))
  }
}

@Suite struct `First gradients by enumeration` {
  typealias Change = @Sendable (inout EnvironmentConfiguration) -> Void

  static let unbiased: [(String, Method.Preset, Change)] = [
    ("total return", .reinforce, { _ in }),
    ("reward to go", .reinforce, { $0.method.advantage.estimator = .rewardToGo }),
    ("constant baseline", .reinforce, { $0.method.advantage.baseline = .constant }),
    (
      "time baseline", .reinforce,
      {
        $0.method.advantage.estimator = .rewardToGo
        $0.method.advantage.baseline = .time
      }
    ),
    (
      "value baseline", .reinforce,
      {
        $0.method.advantage.estimator = .rewardToGo
        $0.method.advantage.baseline = .value
        $0.method.critic.kind = .valueModel
        $0.method.critic.weight = 0
      }
    ),
    (
      "trajectory ratios", .reinforce,
      { $0.method.objective.kind = .trajectoryWeighted }
    ),
    ("importance weights", .reinforce, { $0.method.objective.kind = .importanceWeighted }),
    (
      "GAE at λ 1, vpg", .vpg, { $0.method.advantage.lambda = 1 }
    ),
    ("a2c", .a2c, { $0.method.critic.weight = 0 }),
    (
      "ppo at λ 1", .ppo,
      {
        $0.method.advantage.lambda = 1
        $0.method.critic.weight = 0
      }
    ),
    (
      "ppo-penalty at λ 1", .ppoPenalty,
      {
        $0.method.advantage.lambda = 1
        $0.method.critic.weight = 0
      }
    ),
    (
      "many steps", .ppo,
      {
        $0.method.advantage.estimator = .multiStep
        $0.method.advantage.steps = 3
        $0.method.critic.weight = 0
      }
    ),
    ("trpo's surrogate", .trpo, { $0.method.advantage.lambda = 1 }),
  ]

  static let exactOnly: [(String, Method.Preset, Change)] = [
    (
      "one step", .ppo,
      {
        $0.method.advantage.estimator = .multiStep
        $0.method.critic.weight = 0
      }
    ),
    ("GAE at λ ½", .ppo, { $0.method.critic.weight = 0 }),
    (
      "Q − V", .actde,
      {
        $0.method.advantage.estimator = .actionValue
        $0.method.critic.weight = 0
        $0.method.critic.actionValueWeight = 0
      }
    ),
    (
      "maximal Q − V", .actde,
      {
        $0.method.advantage.estimator = .maximalActionValue
        $0.method.critic.weight = 0
        $0.method.critic.actionValueWeight = 0
      }
    ),
  ]

  @Test func `are of 64 trajectories`() throws {
    let world = try EnumeratedWorld()
    #expect(world.trajectories.count == 64)
    #expect(world.exact.magnitude().sum().item > 0.1)
  }

  // Unbiased whatever the critic says: it starts at zero.
  @Test(arguments: unbiased)
  func `are the policy gradient, whatever the critic`(
    name: String, preset: Method.Preset, change: Change
  ) throws {
    let world = try EnumeratedWorld()
    let wrong = [[5.0], [-3]]
    expectEqual(
      try world.gradient(change, preset: preset, values: wrong), world.exact, tolerance: 1e-10)
  }

  // Stationary values do not exist in three steps, so the exact critic is one of γ = 0: V = Σ π r, Q = r.
  @Test(arguments: exactOnly)
  func `are the policy gradient with the exact critic, and not with another`(
    name: String, preset: Method.Preset, change: Change
  ) throws {
    let world = try EnumeratedWorld(discount: 0)
    let rewards = [[1, -0.5], [2, 0.25]]
    let values = zip(world.policy, rewards).map { [$0[0] * $1[0] + $0[1] * $1[1]] }
    // With γ = 0 every step earns for itself: the sum of three one-step problems.
    let exact = try world.gradient(
      { $0.method.advantage.estimator = .rewardToGo }, preset: .reinforce)
    // The head's layout is [state, action]; Q = V + D.
    let offsets = zip(rewards, values).map { row, value in row.map { $0 - value[0] } }
    let found = try world.gradient(
      change, preset: preset, values: values, actionValues: offsets)
    expectEqual(found, exact, tolerance: 1e-10)
  }

  @Test func `of the least variance are the gradient but for their own samples' share`() throws {
    let world = try EnumeratedWorld()
    let found = try world.gradient(
      {
        $0.method.advantage.baseline = .minimumVariance
      }, preset: .reinforce)
    // E[∂ log P] = 0 over the enumeration, so any baseline leaves the mean alone.
    expectEqual(found, world.exact, tolerance: 1e-10)
  }

  @Test func `of ACTDE vanish once Q is right, and are the gradient while it is zero`() throws {
    let world = try EnumeratedWorld(discount: 0)
    let change: Change = {
      $0.method.critic.actionValueForm = .independent
      $0.method.critic.weight = 0
      $0.method.critic.actionValueWeight = 0
    }
    let rewards = [[1, -0.5], [2, 0.25]]
    let right = try world.gradient(change, preset: .actde, actionValues: rewards)
    expectEqual(right, right.zerosLike(), tolerance: 1e-12)
    let none = try world.gradient(
      change, preset: .actde, actionValues: [[0, 0], [0, 0]])
    let exact = try world.gradient(
      { $0.method.advantage.estimator = .rewardToGo }, preset: .reinforce)
    expectEqual(none, exact, tolerance: 1e-10)
    // A baseline that depends on the action is not a baseline: half-right values turn the gradient.
    let half = try world.gradient(
      change, preset: .actde, actionValues: [[1, 0], [0, 0.25]])
    #expect((half - exact).magnitude().sum().item > 0.05)
  }

  @Test func `of GAE at λ 0 are biased by a wrong critic`() throws {
    let world = try EnumeratedWorld()
    let found = try world.gradient(
      {
        $0.method.advantage.lambda = 0
        $0.method.critic.weight = 0
      }, preset: .ppo, values: [[5], [-3]])
    #expect((found - world.exact).magnitude().sum().item > 0.1)
  }

  // Var g(τ) = E‖g‖² − ‖E g‖² over all 64 trajectories; g(τ) = Σₜ ∇log π(aₜ|sₜ)·Ψₜ.
  private func variance(_ world: EnumeratedWorld, _ advantage: Method.Advantage) -> Double {
    let count = world.trajectories.count
    let matrix = { (rows: [[Double]]) in Tensor(rows.flatMap { $0 }, shape: [count, 3]) }
    // Exact V of a state at a time: the mean reward to go of the trajectories that pass there.
    let toGo = world.trajectories.map {
      [$0.rewards.reduce(0, +), $0.rewards[1] + $0.rewards[2], $0.rewards[2]]
    }
    let values = world.trajectories.map { trajectory in
      (0..<3).map { time in
        mean(
          world.trajectories.indices.filter {
            world.trajectories[$0].states[time] == trajectory.states[time]
          }.map { toGo[$0][time] })
      }
    }
    let found = advantage.advantages(
      Trajectories(
        rewards: matrix(world.trajectories.map(\.rewards)), values: matrix(values),
        finalValues: .zeros([count], dataType: .float64),
        mask: .ones([count, 3], dataType: .float64))
    ).doubles
    let gradients = world.trajectories.enumerated().map { row, trajectory in
      var gradient = [0.0, 0, 0, 0]
      for time in 0..<3 {
        let (state, action) = (trajectory.states[time], trajectory.actions[time])
        for other in 0..<2 {
          let score = (other == action ? 1 : 0) - world.policy[state][other]
          gradient[state * 2 + other] += score * found[row * 3 + time]
        }
      }
      return gradient
    }
    let means = (0..<4).map { cell in mean(gradients.map { $0[cell] }) }
    expectEqual(Tensor(means, shape: [2, 2]), -world.exact, tolerance: 1e-10)
    return mean(gradients.map { $0.reduce(0) { $0 + $1 * $1 } })
      - means.reduce(0) { $0 + $1 * $1 }
  }

  @Test func `of single trajectories have one mean, and spread the less the more is left out`()
    throws
  {
    let world = try EnumeratedWorld()
    let spreads = [
      variance(world, .init(estimator: .totalReturn)),
      variance(world, .init(estimator: .rewardToGo)),
      variance(world, .init(estimator: .rewardToGo, baseline: .value)),
    ]
    #expect(spreads[0] > 1.2 * spreads[1] && spreads[1] > 1.2 * spreads[2] && spreads[2] > 0)
  }

  // Whatever Q says: at λ 1 nothing is bootstrapped, and at λ 0 one step is.
  @Test(arguments: [Method.Advantage.Estimator.actionValue, .maximalActionValue], [0.0, 1])
  func `of Q − V come with targets of rewards and the next state's Q`(
    estimator: Method.Advantage.Estimator, lambda: Double
  ) throws {
    let world = try EnumeratedWorld(discount: 0.5)
    let (_, _, experience) = try world.start(
      {
        $0.method.advantage.estimator = estimator
        $0.method.critic.lambda = lambda
        $0.method.critic.actionValueForm = .independent
      }, preset: .actde, values: [[7], [-7]], actionValues: [[3, -1], [0.5, 2]])
    let next = estimator == .maximalActionValue ? [3.0, 2] : [2, 1.625]
    let expected = world.trajectories.flatMap { trajectory in
      (0..<3).map { time in
        if lambda == 0 {
          return trajectory.rewards[time]
            + (time < 2 ? 0.5 * next[trajectory.states[time + 1]] : 0)
        }
        return trajectory.rewards[time...].enumerated().reduce(0) {
          $0 + pow(0.5, Double($1.offset)) * $1.element
        }
      }
    }
    expectEqual(experience.returns, Tensor(expected), tolerance: 1e-12)
    // Clipped value losses are measured from what the head said, not from the policy's mean of Q.
    #expect(Set(experience.values.doubles) == [7, -7])
  }

  @Test func `count the groups that say nothing`() throws {
    let world = try EnumeratedWorld()
    for size in [2, 4, 64] {
      let (_, _, experience) = try world.start(
        {
          $0.method.advantage.groupSize = size
          $0.environments = 64
        }, preset: .rloo)
      let returns = experience.totalReturns.doubles
      let groups = stride(from: 0, to: 64, by: size).map { Set(returns[$0..<$0 + size]) }
      #expect(experience.idleGroups == mean(groups.map { $0.count == 1 ? 1 : 0 }))
    }
    #expect(try world.start({ _ in }, preset: .reinforce).2.idleGroups == nil)
  }
}

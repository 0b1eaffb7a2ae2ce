public import NeuralNetworks
public import RunRecords
public import Torch

/// A policy with its critic, at work in some world, as the one loop sees it.
///
/// Bandits, games, control tasks and language models differ in their agent and in nothing else: how trajectories are drawn, and
/// what policy, critic and reference say when they look at them again. All tensors are packed: [n] holds the steps of the first
/// trajectory, then those of the second, and so on.
public protocol Agent: AnyObject {
  /// What was drawn, in the form in which this agent looks at it again.
  associatedtype Record

  /// The weights of the policy.
  var policyParameters: Parameters { get }
  /// The weights of the critic alone.
  var criticParameters: Parameters { get }
  /// Whether minibatches are made of whole trajectories or of single steps.
  var minibatchUnit: MinibatchUnit { get }

  /// Draws a step's trajectories with the present policy.
  ///
  /// - Parameter step: The step of the run, counted from 1.
  /// - Returns: The trajectories.
  /// - Throws: What the world throws.
  func episodes(step: Int) throws -> Episodes<Record>

  /// What the critic says of trajectories that were just drawn.
  func estimates(_ episodes: Episodes<Record>) -> Estimates

  /// What the reference says of them; nil where there is none.
  func reference(_ episodes: inout Episodes<Record>) -> ReferenceView?

  /// What would have followed the most probable actions; only asked where they were drawn.
  func greedyOutcomes(_ episodes: Episodes<Record>, step: Int) throws -> GreedyOutcomes

  /// Looks at a minibatch again with the present weights; recorded where the caller records.
  func judge(_ record: Record, _ minibatch: Minibatch, _ questions: Questions) -> Judgement

  /// log π of every action at a minibatch's steps [m, actions], made of operators that can be differentiated twice.
  func distributions(_ record: Record, _ minibatch: Minibatch) -> Tensor

  /// The actions taken at a minibatch's steps [m] int64.
  func actions(_ record: Record, _ minibatch: Minibatch) -> Tensor

  /// What this kind of agent says about a step beside what all agents say.
  func describe(_ episodes: Episodes<Record>, step: Int) -> (
    metrics: [(Metric, Double)], samples: [Sample]
  )
}

/// What a minibatch is made of.
public enum MinibatchUnit: Sendable {
  /// Whole trajectories: a sequence model computes them as a whole.
  case trajectory
  /// Single steps: for memoryless policies.
  case step
}

/// Trajectories as they were drawn.
public struct Episodes<Record> {
  /// What the agent needs to look at them again.
  public var record: Record
  /// The number of steps of each trajectory.
  public var lengths: [Int]
  /// What the world paid at each step [n].
  public var rewards: Tensor
  /// log π(aₜ|sₜ) when the actions were drawn [n].
  public var logProbabilities: Tensor
  /// log π of the most probable actions when the others were drawn [n], where the agent was asked for them.
  public var greedyLogProbabilities: Tensor?
  /// Trajectories, by their place, that give no loss; groups are compared with them all the same.
  public var masked: Set<Int> = []

  /// Trajectories.
  public init(
    record: Record, lengths: [Int], rewards: Tensor, logProbabilities: Tensor,
    greedyLogProbabilities: Tensor? = nil
  ) {
    self.record = record
    self.lengths = lengths
    self.rewards = rewards
    self.logProbabilities = logProbabilities
    self.greedyLogProbabilities = greedyLogProbabilities
  }
}

/// What a critic says of trajectories.
public struct Estimates {
  /// V(sₜ) [n], as the critic's head says it.
  public var values: Tensor
  /// Σₐ π(a|sₜ)·Q(sₜ, a) [n], which stands for V(sₜ) in Q − V.
  public var expectedActionValues: Tensor?
  /// V after each trajectory's last step [batch]: zero where it ended.
  public var finalValues: Tensor
  /// Q(sₜ, aₜ) [n], where the critic has it.
  public var actionValues: Tensor?
  /// What stands for V(sₜ₊₁) in errors where it is not V itself, such as maxₐ Q [n].
  public var bootstrapValues: Tensor?

  /// Estimates.
  public init(
    values: Tensor, expectedActionValues: Tensor? = nil, finalValues: Tensor,
    actionValues: Tensor? = nil, bootstrapValues: Tensor? = nil
  ) {
    self.values = values
    self.expectedActionValues = expectedActionValues
    self.finalValues = finalValues
    self.actionValues = actionValues
    self.bootstrapValues = bootstrapValues
  }
}

/// What the reference says of trajectories.
public struct ReferenceView {
  /// log π_ref of the actions taken [n].
  public var logProbabilities: Tensor
  /// log π_ref of the most probable actions [n], where they were drawn.
  public var greedyLogProbabilities: Tensor?

  /// A view.
  public init(logProbabilities: Tensor, greedyLogProbabilities: Tensor? = nil) {
    self.logProbabilities = logProbabilities
    self.greedyLogProbabilities = greedyLogProbabilities
  }
}

/// What would have followed the most probable actions.
public struct GreedyOutcomes {
  /// What the world would have paid [n].
  public var rewards: Tensor
  /// V of the state they lead to [n]; zero where they end the episode.
  public var values: Tensor

  /// Outcomes.
  public init(rewards: Tensor, values: Tensor) {
    self.rewards = rewards
    self.values = values
  }
}

/// Some of a step's trajectories or steps.
public struct Minibatch {
  /// The trajectories, where it is made of whole ones.
  public var rows: [Int]?
  /// Where its steps stand in the step's packed tensors [m] int64.
  public var places: Tensor
  /// The lengths of its trajectories, where it is made of whole ones.
  public var packing: Packing?
}

/// What a minibatch is asked.
public struct Questions {
  /// log π and entropy.
  public var policy = true
  /// V and Q.
  public var critic = true
  /// log π of the greedy actions.
  public var greedy = false
  /// KL(π ‖ π_ref) over all actions.
  public var referenceDivergence = false

  /// log π, entropy, V and Q.
  public init() {}
}

/// What policy, critic and reference say about a minibatch, packed [m].
public struct Judgement {
  /// log π(a|s).
  public var logProbabilities: Tensor?
  /// H(π(·|s)) in nats.
  public var entropies: Tensor?
  /// log π of the greedy actions.
  public var greedyLogProbabilities: Tensor?
  /// KL(π(·|s) ‖ π_ref(·|s)) in nats.
  public var referenceDivergences: Tensor?
  /// KL(π_old(·|s) ‖ π(·|s)) in nats, where the agent knows it exactly.
  public var priorDivergences: Tensor?
  /// V(s).
  public var values: Tensor?
  /// Q(s, a).
  public var actionValues: Tensor?

  /// Nothing said yet.
  public init() {}
}

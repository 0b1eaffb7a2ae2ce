import Environments
import Pessimism
import Reports

/// What a KL budget is worth against a demonstrator, a Bayesian imitator and a pessimistic one, where all of it can be counted.
///
/// Cohen, Hutter, Bengio & Russell, "RL, but don't do anything I wouldn't do" (arXiv 2410.06213), whose theorems are about all programs, in a world of 20,745
/// small automata; and Cohen, Hutter & Nanda (JMLR 23, 2022) for the imitator that asks.
public struct PessimismExperiment: Sendable {
  /// How many seeds draw demonstrations, observations and problems.
  public let seeds: Int

  /// An experiment over some seeds.
  public init(seeds: Int) {
    self.seeds = seeds
  }

  /// Computes everything.
  ///
  /// - Parameters:
  ///   - command: What was typed, for the page.
  ///   - progress: Told how many parts of how many are done.
  /// - Returns: The page's content and the numbers behind it.
  public func run(
    command: String, progress: (_ completed: Int, _ total: Int) -> Void = { _, _ in }
  ) -> ExperimentOutcome {
    var completed = 0
    func measured<Measurement>(_ measure: (_ seed: Int) -> [Measurement]) -> [Measurement] {
      (0..<seeds).flatMap { seed in
        defer {
          completed += 1
          progress(completed, seeds * 5)
        }
        return measure(seed)
      }
    }
    let world = PessimismWorld()
    let prices = measured { BudgetPrice.measure(in: world, seed: $0) }
    let patterns = measured { PatternBound.measure(in: world, seed: $0) }
    let asking = measured { AskingRecord.measure(seed: $0) }
    let simplicity = measured { SimplicityRecord.measure(seed: $0) }
    let distances = measured { DistanceRecord.measure(in: world, seed: $0) }
    return ExperimentOutcome(
      report: ExperimentReport(
        title: "What may a policy do that its demonstrator would not?",
        introduction: introduction,
        parts: [
          budgetPart(prices), patternPart(patterns), askingPart(asking),
          simplicityPart(simplicity), distancePart(distances),
        ], provenance: Provenance(command: command, settings: settings)),
      records: prices.map { ExperimentRecord(kind: "price", $0) }
        + patterns.map { ExperimentRecord(kind: "pattern", $0) }
        + asking.map { ExperimentRecord(kind: "asking", $0) }
        + simplicity.map { ExperimentRecord(kind: "simplicity", $0) }
        + distances.map { ExperimentRecord(kind: "distance", $0) })
  }

  private var introduction: [String] {
    [
      "A KL budget keeps a policy near an imitation of a demonstrator. How near to the demonstrator itself? Cohen, Hutter, Bengio and Russell (2024) prove that "
        + "what a Bayesian imitator considers possible after something unprecedented makes bad behaviour cheap, however much was demonstrated, and that a "
        + "pessimistic imitator, which asks where its models disagree, does not. Their imitators range over all programs. Here they range over 20,745 automata "
        + "of one or two states, so that posteriors, budgets and optima are exact."
    ]
  }

  private var settings: [SettingGroup] {
    [
      SettingGroup(
        name: "World",
        settings: [
          Setting("automata", "1 and 2 states, 2 observations, 2 actions, .02, .5 or .98"),
          Setting("prior", "2^−length: states in unary, log₂ n per transition, 2, 1, 2 bits"),
          Setting("demonstrator", "plays action 1 with .02, whatever it observes (5 bits)"),
        ]),
      SettingGroup(name: "Draws", settings: [Setting("seeds", "\(seeds) (0 to \(seeds - 1))")]),
    ]
  }
}

/// The automata that all parts share, and their demonstrator.
struct PessimismWorld: Sendable {
  /// α of the pessimistic imitator; the demonstrator's prior is .042.
  static let alpha = 0.01

  let automata = AutomatonClass.all()
  let demonstrator: Int
  /// The demonstrator until 1 is observed, then action 1 with .98.
  let sleeper: Int

  init() {
    let automaton = Automaton.memoryless([0, 0], actionCount: 2)
    let place = automata.index(of: automaton)
    let sleeping = automata.index(of: automaton.sleeper(after: [1], then: 2))
    guard let place, let sleeping else { preconditionFailure("the class has both") }
    demonstrator = place
    sleeper = sleeping
  }

  /// The imitator after some demonstrations.
  func taught(_ observations: [Int], seed: Int) -> PessimisticImitator {
    var generator = SeededGenerator(seed: UInt64(seed))
    var imitator = PessimisticImitator(automata, alpha: PessimismWorld.alpha)
    imitator.watch(demonstrator, observing: observations, using: &generator)
    return imitator
  }
}

/// Mean and half-width of the 95 % interval, or the mean alone where the seeds agree to the digits shown.
func estimated(_ values: [Double], decimals: Int) -> TextTable.Cell {
  let summary = Summary(values)
  let mean = NumberFormat.fixed(summary.mean, decimals: decimals)
  let estimate = NumberFormat.estimate(summary, decimals: decimals)
  let isExact = estimate.hasSuffix("± " + NumberFormat.fixed(0, decimals: decimals))
  return TextTable.Cell(isExact ? mean : estimate)
}

/// Fair coins, or others.
func drawnObservations(
  _ count: Int, share: Double = 0.5, using generator: inout SeededGenerator
) -> [Int] {
  (0..<count).map { _ in Double(generator.next() >> 11) * 0x1p-53 < share ? 1 : 0 }
}

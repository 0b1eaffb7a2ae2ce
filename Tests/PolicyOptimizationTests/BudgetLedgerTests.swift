import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:KLBudget>.
@Suite struct `Budgets of episodes` {
  /// Episodes of random policies over random bases, spending at random.
  private struct Game {
    let ledger: BudgetLedger
    /// What the actions took [rows].
    let spent: [Double]
    /// Σ KL(x ‖ b) [rows].
    let divergences: [Double]
    /// The least that an action took [rows].
    let leastCosts: [Double]
    /// The largest Σ log x(a)/b(a) along an episode [rows].
    let highestLogRatios: [Double]

    init(
      _ accounting: KLBudget.Accounting, nats: Double, seed: UInt64, share: Double? = nil,
      rows: Int = 32, actions: Int = 11, length: Int = 20
    ) {
      let generator = Generator(seed: seed)
      var ledger = BudgetLedger(nats: nats, rows: rows, accounting: accounting)
      var (spent, divergences) = (
        Tensor.zeros([rows], dataType: .float64), Tensor.zeros([rows], dataType: .float64)
      )
      var (ratios, highest, least) = (divergences, divergences, divergences)
      for step in 0..<length {
        let spread = [0.3, 1, 3, 8][step % 4]
        let proposal = (generator.normal([rows, actions], dataType: .float64) * spread)
          .logSoftmax(along: -1)
        let base = generator.normal([rows, actions], dataType: .float64).logSoftmax(along: -1)
        let shares =
          share.map { Tensor.full([rows], $0, dataType: .float64) }
          ?? generator.normal([rows], dataType: .float64).sigmoid()
        let mixture = ledger.mixture(proposal: proposal, base: base, shares: shares)
        let drawn = generator.categorical(logits: mixture.logProbabilities)
        let before = ledger.left
        let costs = ledger.charge(drawn, from: mixture)
        expectEqual(
          ledger.left, (before - costs).clamped(atLeast: 0), tolerance: 1e-15)
        spent = spent + costs
        least = least.minimum(costs)
        divergences = divergences + mixture.divergences
        ratios = ratios + mixture.logRatios(of: drawn)
        highest = highest.maximum(ratios)
      }
      self.ledger = ledger
      self.spent = spent.doubles
      self.divergences = divergences.doubles
      leastCosts = least.doubles
      highestLogRatios = highest.doubles
    }
  }

  @Test(arguments: [0.01, 0.5, 3, 20], 0..<2 as Range<UInt64>)
  func `are never passed by KL, whatever the policies do`(nats: Double, seed: UInt64) {
    let game = Game(.analytic, nats: nats, seed: seed)
    for row in 0..<32 {
      #expect(game.divergences[row] <= nats && game.spent[row] == game.divergences[row])
      #expect(abs(game.ledger.left.doubles[row] - (nats - game.spent[row])) < 1e-9)
    }
  }

  @Test(arguments: [0.01, 0.5, 3, 20], 0..<2 as Range<UInt64>)
  func `without refunds are never passed by any path's log-ratio`(nats: Double, seed: UInt64) {
    let game = Game(.noRefund, nats: nats, seed: seed)
    for row in 0..<32 {
      #expect(game.spent[row] <= nats + 1e-9)
      #expect(game.highestLogRatios[row] <= game.spent[row] + 1e-12)
    }
  }

  // The negative control: as published, a single draw may cost more than there is.
  @Test func `as published are passed by some paths, and give back on others`() {
    let games = (0..<3).map { Game(.realised, nats: 0.5, seed: $0) }
    #expect(games.contains { $0.highestLogRatios.contains { $0 > 0.6 } })
    #expect(games.contains { $0.divergences.contains { $0 > 0.6 } })
    #expect(games.contains { $0.leastCosts.contains { $0 < -0.01 } })
  }

  @Test(arguments: KLBudget.Accounting.allCases)
  func `of nothing play the base policy to the bit`(accounting: KLBudget.Accounting) {
    var ledger = BudgetLedger(nats: 0, rows: 4, accounting: accounting)
    let base = samples([4, 7], seed: 1).logSoftmax(along: -1)
    for step in 0..<3 as Range<UInt64> {
      let mixture = ledger.mixture(
        proposal: samples([4, 7], seed: 2 + step).logSoftmax(along: -1), base: base,
        shares: .ones([4], dataType: .float64))
      #expect(mixture.logProbabilities.doubles == base.doubles)
      let costs = ledger.charge(Tensor([0, 1, 2, 3]), from: mixture)
      #expect(costs.doubles.allSatisfy { $0 == 0 } && ledger.left.doubles.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: KLBudget.Accounting.allCases)
  func `that are large play the policy`(accounting: KLBudget.Accounting) {
    let ledger = BudgetLedger(nats: 1000, rows: 4, accounting: accounting)
    let policy = samples([4, 7], seed: 1).logSoftmax(along: -1)
    let mixture = ledger.mixture(
      proposal: policy, base: samples([4, 7], seed: 2).logSoftmax(along: -1),
      shares: .ones([4], dataType: .float64))
    #expect(mixture.logProbabilities.doubles == policy.doubles)
  }

  @Test func `follow their episodes when others end`() {
    var ledger = BudgetLedger(nats: 2, rows: 3, accounting: .analytic)
    let policy = samples([3, 7], seed: 1).logSoftmax(along: -1)
    let base = samples([3, 7], seed: 2).logSoftmax(along: -1)
    let costs = ledger.charge(
      Tensor([0, 0, 0]),
      from: ledger.mixture(proposal: policy, base: base, shares: Tensor([0.1, 0.2, 0.3])))
    expectEqual(costs, Tensor([0.2, 0.4, 0.6]), tolerance: 1e-8)
    ledger.keep(rows: Tensor([2, 0]))
    expectEqual(ledger.left, Tensor([1.4, 1.8]), tolerance: 1e-8)
  }

  @Test func `grow evenly along a ramp`() {
    let budget = KLBudget(nats: 20, rampSteps: 4)
    #expect((0..<7).map { budget.nats(atStep: $0) } == [0, 5, 10, 15, 20, 20, 20])
    #expect(KLBudget(nats: 20).nats(atStep: 0) == 20)
  }

  @Test(arguments: [-1, .nan, .infinity]) func `that are no budgets say so`(nats: Double) {
    #expect(KLBudget(nats: nats).problem?.contains("\(nats)") == true)
    #expect(KLBudget(nats: 0).problem == nil)
    #expect(KLBudget(nats: 1, rampSteps: -1).problem?.contains("ramp_steps") == true)
  }
}

import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

/// Two contexts of four tokens each, the second token of the first marked bad, the third of the second marked good.
private func marks(_ logits: Tensor, reference: Tensor? = nil) -> TokenMarks {
  TokenMarks(
    logPolicy: logits.logSoftmax(along: -1),
    logReference: reference ?? samples([2, 4], seed: 9).logSoftmax(along: -1),
    tokens: Tensor([1, 2]), signs: vector(-1, 1), alternatives: Tensor([3, 0]))
}

private func objective(
  _ kind: TokenObjective.Kind, beta: Double = 0.5, strength: Double = 1
) -> TokenObjective {
  var objective = TokenObjective()
  (objective.kind, objective.beta, objective.strength) = (kind, beta, strength)
  return objective
}

// Article: <doc:TokenFeedback>.
@Suite struct `Objectives on marked tokens` {
  private typealias Kind = TokenObjective.Kind

  @Test(arguments: Array(TokenGoldens.cases.enumerated()).map(\.offset))
  func `are those of forty digits, and so are their slopes`(index: Int) {
    let known = TokenGoldens.cases[index]
    let objective = objective(known.kind, beta: known.beta, strength: known.strength)
    let reference = Tensor(known.reference).unsqueezed(0)
    let losses = { (logits: Tensor) in
      objective.losses(
        TokenMarks(
          logPolicy: logits.unsqueezed(0).logSoftmax(along: -1), logReference: reference,
          tokens: Tensor([known.token]), signs: vector(known.mark),
          alternatives: Tensor([known.other])))
    }
    let logits = Tensor(known.logits)
    expectEqual(
      losses(logits).item, known.loss, tolerance: 1e-12 * max(1, abs(known.loss)))
    expectEqual(
      gradient(at: logits) { losses($0).sum() }, Tensor(known.slopes), tolerance: 1e-12)
  }

  @Test(arguments: TokenObjective.Kind.allCases)
  func `have the gradients of their values`(kind: TokenObjective.Kind) {
    expectGradients(at: [samples([2, 4], seed: 4)], tolerance: 1e-8) {
      (objective(kind).losses(marks($0[0])) * vector(1, 0.7)).sum()
    }
  }

  // What the gradient on the bad token's own logit is: it never stops, it fades, or it stops at the target.
  @Test func `push a bad token as hard as their formulas say`() {
    let logits = samples([2, 4], seed: 4)
    let known = marks(logits)
    let policy = known.logPolicy.exponential().doubles[1]
    let ratio = policy / exp(known.logReference.doubles[1])
    let target = objective(.target).target(known).exponential().doubles[1]
    let weight = sqrt(ratio) / (1 + sqrt(ratio))
    let expected: [(TokenObjective.Kind, Double)] = [
      (.literal, 1 - policy), (.unlikelihood, policy), (.target, policy - target),
      (.npo, 2 * weight * (1 - policy)),
    ]
    for (kind, slope) in expected {
      let found = gradient(at: logits) { objective(kind).losses(marks($0)).sum() }.doubles[1]
      expectEqual(found, slope, tolerance: 1e-12)
    }
  }

  @Test(arguments: [0.3, 2])
  func `have a target in closed form, where the gradient of horizon one is 0`(beta: Double) {
    let reference = samples([2, 4], seed: 9).logSoftmax(along: -1)
    let objectives = [Kind.target, .horizonOne].map { objective($0, beta: beta, strength: 0.8) }
    let target = objectives[0].target(marks(reference))
    let probability = { (row: Int, token: Int) in exp(reference.doubles[row * 4 + token]) }
    // π*(a) = p(a)·e^(r/β) / (1 − p(a)(1 − e^(r/β))), all others as they were but for the sum.
    for (row, token, sign) in [(0, 1, -1.0), (1, 2, 1)] {
      let factor = exp(sign * 0.8 / beta)
      let rest = 1 - probability(row, token) * (1 - factor)
      for other in 0..<4 {
        expectEqual(
          exp(target.doubles[row * 4 + other]),
          probability(row, other) * (other == token ? factor : 1) / rest, tolerance: 1e-12)
      }
    }
    for objective in objectives {
      let slopes = gradient(at: target) {
        objective.losses(marks($0, reference: reference)).sum()
      }
      expectEqual(slopes, slopes.zerosLike(), tolerance: 1e-12)
    }
    // And nowhere else: one step away it is not.
    let away = target + samples([2, 4], seed: 1) * 0.1
    let slopes = gradient(at: away) { objectives[1].losses(marks($0, reference: reference)).sum() }
    #expect(slopes.magnitude().sum().item > 1e-3)
  }

  // (2/β)·log(1 + (π/p)^β) = (2/β)·log 2 + log(π/p) + O(β).
  @Test func `become literal as the temperature of negative preference goes to 0`() {
    let logits = samples([2, 4], seed: 4)
    let slopes = [objective(.npo, beta: 1e-6), objective(.literal)].map { objective in
      gradient(at: logits) { objective.losses(marks($0)).sum() }
    }
    expectEqual(slopes[0], slopes[1], tolerance: 1e-5)
  }

  // Gradient descent on one context, from the reference, on a bad token: who stops?
  @Test func `drive a bad token away without end, or to where they say`() {
    let start = samples([1, 4], seed: 2)
    let reference = start.logSoftmax(along: -1)
    let end = { (kind: TokenObjective.Kind) -> Double in
      var logits = start
      for _ in 0..<3000 {
        let slopes = gradient(at: logits) { logits in
          objective(kind).losses(
            TokenMarks(
              logPolicy: logits.logSoftmax(along: -1), logReference: reference,
              tokens: Tensor([1]), signs: vector(-1), alternatives: Tensor([0]))
          ).sum()
        }
        logits = logits - slopes * 0.5
      }
      return logits.logSoftmax(along: -1).doubles[1]
    }
    let target = objective(.target).target(
      TokenMarks(
        logPolicy: reference, logReference: reference, tokens: Tensor([1]), signs: vector(-1))
    ).doubles[1]
    expectEqual(end(.target), target, tolerance: 1e-9)
    expectEqual(end(.horizonOne), target, tolerance: 1e-6)
    let (literal, unlikelihood) = (end(.literal), end(.unlikelihood))
    #expect(literal < -1000)
    #expect(unlikelihood < -5 && unlikelihood > -15)
    #expect(end(.npo) > literal / 10 && end(.npo) < unlikelihood)
  }

  @Test func `are finite where a token is nearly certain or nearly impossible`() {
    for far in [-800.0, -40, 40, 800] {
      for kind in TokenObjective.Kind.allCases {
        let logits = Tensor([0.1, far, 0.3, -0.2, 0.4, 0, far, 0.7], shape: [2, 4])
        let losses = objective(kind).losses(marks(logits))
        let slopes = gradient(at: logits) { objective(kind).losses(marks($0)).sum() }
        #expect(losses.isAllFinite && slopes.isAllFinite, "\(kind) at \(far)")
      }
    }
  }

  @Test func `draw alternatives among the likeliest others, as often as the policy says`() {
    let logits = Tensor([3, 2, 1, 0, -9, -9].map { Double($0) }).expanded(to: [30_000, 6])
    let tokens = Tensor([Int](repeating: 1, count: 30_000))
    let drawn = TokenMarks.alternatives(
      to: tokens, logPolicy: logits.logSoftmax(along: -1), among: 3,
      using: Generator(seed: 5)
    ).integers
    let weights = [3, 1, 0].map { exp(Double($0)) }
    for (token, weight) in zip([0, 2, 3], weights) {
      let share = Double(drawn.count { $0 == token }) / 30_000
      #expect(abs(share - weight / weights.reduce(0, +)) < 0.01)
    }
    #expect(Set(drawn) == [0, 2, 3])
  }

  @Test func `say what cannot be`() {
    #expect(objective(.target).problem == nil)
    #expect(objective(.target, beta: 0).problem?.key == "beta")
    #expect(objective(.target, strength: .nan).problem?.key == "strength")
  }
}

// With only a reward at the end, a horizon of one changes nothing but the last token (the thread's dispute, settled).
@Suite struct `A horizon of one` {
  /// The mean gradient on a table of logits [time, actions], one row for each time.
  private func slopes(rewards: (Int) -> [Double], discount: Double) -> [Double] {
    let logits = samples([4, 3], seed: 8)
    let actions = Tensor([2, 0, 1, 1])
    let trajectories = Trajectories(
      rewards: Tensor(rewards(4)).unsqueezed(0), values: .zeros([1, 4], dataType: .float64),
      finalValues: .zeros([1], dataType: .float64), mask: .ones([1, 4], dataType: .float64))
    let (advantages, _) = generalizedAdvantages(trajectories, discount: discount, lambda: 0)
    return gradient(at: logits) {
      let chosen = $0.logSoftmax(along: -1).gathered(actions.unsqueezed(1), along: 1).squeezed(1)
      return SurrogateObjective.policyGradient.losses(
        logRatios: chosen.unsqueezed(0), advantages: advantages
      ).sum()
    }.doubles
  }

  @Test func `teaches the last token alone where only the end is paid`() {
    let ending = slopes(rewards: { Array(repeating: 0, count: $0 - 1) + [1] }, discount: 0)
    #expect(ending.prefix(9).allSatisfy { $0 == 0 } && ending.suffix(3).allSatisfy { $0 != 0 })
  }

  @Test func `teaches every token that is paid itself`() {
    let marked = slopes(rewards: { (0..<$0).map { $0 == 1 ? -1 : 0 } }, discount: 0)
    #expect(marked[3..<6].allSatisfy { $0 != 0 })
    #expect((marked[0..<3] + marked[6...]).allSatisfy { $0 == 0 })
  }
}

import Environments
import Foundation
import Pessimism
import Testing

@Suite struct `A Bayesian mixture` {
  @Test func `follows Bayes' rule by hand`() {
    // Two coins, ½ and ¼ for heads, prior ⅓ and ⅔; heads, then tails: ⅓·½·½ : ⅔·¼·¾ = 2 : 3.
    var mixture = BayesianMixture(logWeights: [log(1.0), log(2.0)])
    expectClose(mixture.prediction(of: [0.5, 0.25]), 1.0 / 3)
    mixture.update(logProbabilities: [log(0.5), log(0.25)])
    expectClose(mixture.weights[0], 0.5)
    mixture.update(logProbabilities: [log(0.5), log(0.75)])
    expectClose(mixture.weights[0], 0.4)
    expectClose(mixture.prediction(of: [0.5, 0.25]), 0.35)
  }

  @Test func `rules out what is contradicted, for good`() {
    var mixture = BayesianMixture(logWeights: [0, 0, 0])
    mixture.update(logProbabilities: [-.infinity, log(0.5), log(0.25)])
    mixture.update(logProbabilities: [0, log(0.5), log(0.5)])
    #expect(mixture.weights[0] == 0)
    expectClose(mixture.weights[1], 2.0 / 3)
  }

  @Test func `does not lose what is a thousand nats behind`() {
    var mixture = BayesianMixture(logWeights: [0, 0])
    for _ in 0..<1000 { mixture.update(logProbabilities: [0, -1]) }
    expectClose(mixture.logWeights[1], -1000)
    for _ in 0..<1000 { mixture.update(logProbabilities: [-1, 0]) }
    expectClose(mixture.weights[0], 0.5, within: 1e-9)
  }
}

@Suite struct `The top set` {
  let mixture = BayesianMixture(logWeights: [0.1, 0.5, 0.15, 0.25].map { log($0) })

  @Test func `is what its definition says by hand`() {
    // Sums .5, .75, .9, 1: shares 1, 1/3, 1/6, 1/10.
    #expect(mixture.topSet(alpha: 0.34) == [1])
    #expect(mixture.topSet(alpha: 0.33) == [1, 3])
    #expect(mixture.topSet(alpha: 0.16) == [1, 3, 2])
    #expect(mixture.topSet(alpha: 0.099) == [1, 3, 2, 0])
    #expect(mixture.topSet(alpha: 1) == [1])
    #expect(mixture.topSet(alpha: 0) == [1, 3, 2, 0])
  }

  @Test func `takes equals in the order of their places`() {
    let equals = BayesianMixture(logWeights: [-.infinity, 0, 0, 0, 0])
    #expect(equals.topSet(alpha: 0.3) == [1, 2, 3])
    #expect(equals.topSet(alpha: 0) == [1, 2, 3, 4])
  }

  @Test func `holds all of weight α, at most 1 over α, and more as α falls`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      let weights = Worlds.distribution(12, using: &generator)
      let mixture = BayesianMixture(logWeights: weights.map { log($0) })
      var last: Set<Int> = []
      for alpha in [0.9, 0.5, 0.2, 0.1, 0.05, 0.01] {
        let members = Set(mixture.topSet(alpha: alpha))
        #expect(members.isSuperset(of: last))
        #expect(members.isSuperset(of: weights.indices.filter { weights[$0] >= alpha + 1e-12 }))
        #expect(Double(members.count) <= 1 / alpha)
        last = members
      }
    }
  }

  @Test func `with one more member never gives an outcome more`() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<100 {
      let probabilities = (0..<8).map { _ in Worlds.uniform(using: &generator) }
      for size in 1..<8 {
        let fewer = pessimisticProbability(of: probabilities, over: Array(0..<size))
        let more = pessimisticProbability(of: probabilities, over: Array(0...size))
        #expect(more <= fewer)
        #expect(fewer == probabilities[..<size].min())
      }
    }
  }
}

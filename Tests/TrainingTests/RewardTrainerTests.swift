import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `Reward training` {
  /// Texts that are the better the more fives they hold.
  private static let texts: [[Int]] = (0..<24).map { index in
    [0] + (0..<5).map { place in place < index % 6 ? 5 : 6 + (index * 7 + place * 3) % 12 } + [0]
  }
  private static let marks = texts.map { text in text.count { $0 == 5 } }

  private static let rated = RewardTrainer.Preferences.rated(
    zip(texts, marks).map { .init(tokens: $0, ratings: [$1, $1 + 1]) })

  private func configuration(epochs: Int = 40) -> RewardTrainer.Configuration {
    var configuration = RewardTrainer.Configuration()
    configuration.epochs = epochs
    configuration.batchTexts = 12
    configuration.optimizer.learningRate = 1e-2
    configuration.optimizer.weightDecay = 0
    return configuration
  }

  @Test func `starts at ln 2, where every label is certain`() throws {
    let pairs = (0..<12).map { RewardTrainer.Pair(first: $0, second: $0 + 7, probability: 1) }
    let trainer = try RewardTrainer(
      Tiny.reward(Tiny.shape(initializerRange: 0.02)),
      preferences: .pairs(texts: Self.texts, pairs: pairs), configuration: configuration(),
      seed: 0)
    let report = try trainer.step()
    #expect(abs(try #require(report[.loss]) - log(2)) < 0.2)
  }

  @Test func `learns a planted order`() throws {
    let trainer = try RewardTrainer(
      Tiny.reward(Tiny.shape(initializerRange: 0.1)), preferences: Self.rated,
      configuration: configuration(), seed: 0)
    var last = try trainer.step()
    while trainer.stepsTaken < trainer.stepCount { last = try trainer.step() }
    let scores = trainer.scores(Self.texts)
    var agreements: [Double] = []
    for left in scores.indices {
      for right in 0..<left where Self.marks[left] != Self.marks[right] {
        agreements.append(
          PairAgreement.score(
            scores[left] - scores[right], Double(Self.marks[left] - Self.marks[right])))
      }
    }
    #expect(mean(agreements) > 0.95)
    #expect(try #require(last[.margin]) > 1)
  }

  // Eight texts of one token with scores of −2.1 to 2.1, and 40 Bradley–Terry draws for each pair.
  @Test func `on Bradley–Terry draws comes to the Bayes rate and to the true margins`() throws {
    let truth = (0..<8).map { Double($0) * 0.6 - 2.1 }
    let generator = Generator(seed: 4)
    let combinations = truth.indices.flatMap { left in (0..<left).map { (left, $0) } }
    let chance = { (left: Int, right: Int) in 1 / (1 + exp(truth[right] - truth[left])) }
    let pairs = combinations.flatMap { left, right in
      generator.uniform([40], in: 0..<1, dataType: .float64).doubles.map { draw in
        RewardTrainer.Pair(
          first: left, second: right, probability: draw < chance(left, right) ? 1 : 0)
      }
    }
    let texts = truth.indices.map { [0, 5 + $0, 0] }
    var settings = configuration(epochs: 12)
    settings.batchTexts = 112
    let trainer = try RewardTrainer(
      Tiny.reward(Tiny.shape(initializerRange: 0.1)),
      preferences: .pairs(texts: texts, pairs: pairs),
      configuration: settings, seed: 0)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    let scores = trainer.scores(texts)
    // How often fresh labels agree with the model, and with one who knows the truth.
    let agreement = mean(
      combinations.map { scores[$0] > scores[$1] ? chance($0, $1) : 1 - chance($0, $1) })
    let bayes = mean(combinations.map { max(chance($0, $1), 1 - chance($0, $1)) })
    #expect(agreement > bayes - 0.01 && agreement <= bayes + 1e-12)
    // The deviation of a score that 280 comparisons show is about .15.
    let center = mean(scores)
    for (score, true_) in zip(scores, truth) { #expect(abs(score - center - true_) < 0.6) }
  }

  // The margin is that of the preferred text, whichever stands first.
  @Test func `reports a negative margin where the model is wrong`() throws {
    let model = try Tiny.reward()
    let raw = model.scores(Self.texts)
    let wrong: [RewardTrainer.Pair] = (0..<12).map {
      .init(first: $0, second: $0 + 7, probability: raw[$0] > raw[$0 + 7] ? 0 : 1)
    }
    let report = try RewardTrainer(
      model, preferences: .pairs(texts: Self.texts, pairs: wrong), configuration: configuration(),
      seed: 0
    ).step()
    let margins = (0..<12).map { -abs(raw[$0] - raw[$0 + 7]) }
    #expect(report[.accuracy] == 0)
    expectEqual(try #require(report[.margin]), mean(margins), tolerance: 1e-4)
  }

  @Test func `of ratings equals that of all their pairs`() throws {
    let texts = Array(Self.texts.prefix(6))
    let ratings = Self.marks.prefix(6).map { [$0, 2] }
    var pairs: [RewardTrainer.Pair] = []
    for first in texts.indices {
      for second in texts.indices.dropFirst(first + 1) {
        // The probability that a random rating of the one is above a random one of the other, ties half.
        let wins = ratings[first].flatMap { left in
          ratings[second].map { left > $0 ? 1 : left == $0 ? 0.5 : 0 }
        }
        pairs.append(.init(first: first, second: second, probability: mean(wins)))
      }
    }
    let forms: [(RewardTrainer.Preferences, Int)] = [
      (.rated(zip(texts, ratings).map { .init(tokens: $0, ratings: $1) }), 6),
      (.pairs(texts: texts, pairs: pairs), 15),
    ]
    let reports = try forms.map { preferences, size in
      var configuration = configuration(epochs: 3)
      configuration.batchTexts = size
      return try RewardTrainer(
        Tiny.reward(), preferences: preferences, configuration: configuration, seed: 0
      ).step()
    }
    for metric in [reports[0].metrics[0].metric, .gradientNorm, .accuracy] {
      expectEqual(
        try #require(reports[0][metric]), try #require(reports[1][metric]), tolerance: 1e-4)
    }
  }

  // −p·log σ(m) − (1 − p)·log σ(−m) is least at σ(m) = p.
  @Test func `takes soft labels for what they are`() throws {
    let texts = [[0, 4, 5, 0], [0, 3, 0]]
    var configuration = configuration(epochs: 150)
    configuration.schedule = .init(decay: .linear)
    let trainer = try RewardTrainer(
      Tiny.reward(),
      preferences: .pairs(texts: texts, pairs: [.init(first: 0, second: 1, probability: 0.75)]),
      configuration: configuration, seed: 0)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    let scores = trainer.scores(texts)
    #expect(abs(scores[0] - scores[1] - log(3)) < 0.05)
  }

  @Test(arguments: [0, 0.8]) func `ends with scores of mean 0 and deviation 1 on the references`(
    averaging: Double
  ) throws {
    var configuration = configuration(epochs: 2)
    configuration.averaging = averaging
    let trainer = try RewardTrainer(
      Tiny.reward(), preferences: Self.rated, configuration: configuration, seed: 0)
    for _ in 0..<4 { _ = try trainer.step() }
    trainer.finish(normalizingOn: Self.texts)
    let scores = trainer.model.scores(Self.texts)
    let squares = scores.reduce(0) { $0 + $1 * $1 }
    expectEqual(mean(scores), 0, tolerance: 1e-5)
    expectEqual((squares / 23).squareRoot(), 1, tolerance: 1e-5)
  }

  @Test func `keeps the trunk a language model where that has a weight`() throws {
    let losses = try [0, 1].map { weight in
      var configuration = configuration(epochs: 15)
      configuration.languageModelWeight = weight
      let model = try Tiny.reward()
      let trainer = try RewardTrainer(
        model, preferences: Self.rated, configuration: configuration, seed: 0)
      while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
      let layout = ResponseLayout(
        Self.texts.map { Completion(prompt: [0], tokens: Array($0[1...]), finish: .stopToken) })
      return -TokenStatistics(
        hidden: layout.predicting(model.trunk(layout.batch.tokens)),
        weight: model.trunk.tokenEmbedding, targets: layout.tokens.unsqueezed(1)
      ).logProbabilities.mean().item
    }
    #expect(losses[1] < 0.7 * losses[0], "\(losses)")
  }

  @Test func `keeps no tensors from step to step`() async {
    await #expect(processExitsWith: .success) {
      Device.threadCount = 1
      let texts = (3..<11).map { RewardTrainer.RatedText(tokens: [0, $0, 0], ratings: [$0]) }
      var configuration = RewardTrainer.Configuration()
      configuration.batchTexts = 4
      configuration.languageModelWeight = 0.5
      configuration.averaging = 0.5
      let trainer = try RewardTrainer(
        Tiny.reward(), preferences: .rated(texts), configuration: configuration, seed: 0)
      _ = try (trainer.step(), trainer.step())
      let count = Tensor.liveCount
      for _ in 0..<4 {
        _ = try trainer.step()
        _ = trainer.scores(texts.map(\.tokens))
        precondition(Tensor.liveCount == count, "\(Tensor.liveCount) tensors, not \(count)")
      }
    }
  }
}

@Suite struct `Agreement and variety` {
  @Test func `of pairs is 1, ½ or 0`() {
    #expect(PairAgreement.score(0.1, 3) == 1 && PairAgreement.score(-2, -1) == 1)
    #expect(PairAgreement.score(1, -1) == 0 && PairAgreement.score(-1, 1) == 0)
    #expect(PairAgreement.score(0, 1) == 0.5 && PairAgreement.score(1, 0) == 0.5)
    #expect(PairAgreement.score(0, 0) == 0.5)
  }

  @Test func `over random pairs is 1 in order, 0 in reverse, ½ for a constant`() {
    let marks = [1.0, 2, 3, 4, 5]
    let share = { PairAgreement.accuracy($0, marks, pairCount: 2000) }
    #expect(share([10, 20, 30, 40, 50]) == 1)
    #expect(share([5, 4, 3, 2, 1]) == 0)
    #expect(share([7, 7, 7, 7, 7]) == 0.5)
    // One of ten pairs is turned round; 4 standard errors of 1600 draws.
    #expect(abs(share([2, 1, 3, 4, 5]) - 0.9) < 4 * (0.09 / 1600).squareRoot())
  }

  typealias Case = (texts: [[Int]], length: Int, share: Double)

  static let cases: [Case] = [
    ([[1, 2, 3]], 2, 1), ([[1, 1, 1, 1]], 2, 1 / 3.0), ([[1, 2], [1, 2]], 2, 0.5),
    ([[1, 2, 1], [2, 1]], 2, 2 / 3.0), ([[1, 2, 1]], 1, 2 / 3.0), ([[4], [5, 6]], 2, 1),
  ]

  @Test(arguments: cases)
  func `distinct n-grams are divided by all`(texts: [[Int]], length: Int, share: Double) {
    #expect(distinctShare(of: texts, length: length) == share)
  }

  @Test func `no n-grams have no share`() {
    #expect(distinctShare(of: [[1], []], length: 2).isNaN)
  }
}

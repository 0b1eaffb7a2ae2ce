import Foundation
import Monitors
import Testing

@Suite struct `Monitors agree with other implementations on` {
  let golden: GoldenMonitors
  init() throws { golden = try .load() }

  @Test func `diversity and answers`() {
    for text in golden.texts {
      let nGrams = NGrams(of: text.completions, upTo: 4)
      for length in 1...3 {
        expectClose(nGrams.distinctShare(length: length), text.distinct[length - 1])
      }
      expectClose(selfBLEU(of: text.completions), text.selfBLEU)
      let answers = AnswerCounts(of: text.completions, prompts: text.prompts)
      expectClose(answers.uniqueShare, text.uniqueShare)
      expectClose(answers.entropy, text.entropy)
      expectClose(answers.entropyPerPrompt, text.entropyPerPrompt)
      expectClose(answers.sameAnswerShare, text.sameAnswerShare)
    }
  }

  @Test func `correlations, quartiles and robust spread`() {
    for pairs in golden.pairs {
      expectClose(pearsonCorrelation(pairs.x, pairs.y), pairs.pearson)
      expectClose(spearmanCorrelation(pairs.x, pairs.y), pairs.spearman)
      for (share, expected) in zip([0.25, 0.5, 0.75], pairs.quartiles) {
        expectClose(quantile(share, of: pairs.x), expected)
      }
      expectClose(RobustSpread(pairs.x)?.deviation, pairs.deviation)
    }
  }

  @Test func `slopes, their errors and accelerations`() throws {
    for line in golden.trends {
      let trend = try #require(Trend(steps: line.steps, values: line.values))
      expectClose(trend.slope, line.slope)
      expectClose(trend.standardError, line.standardError, within: 1e-10)
      let divergence = DivergenceTrend(steps: line.steps, divergences: line.values)
      expectClose(divergence?.acceleration, line.acceleration, within: 1e-9)
    }
  }

  @Test func `the token that explains most of the reward`() throws {
    for set in golden.concentrations {
      let found = try #require(RewardConcentration(tokens: set.tokens, scores: set.scores))
      #expect(found.token == set.token)
      expectClose(found.share, set.share)
      expectClose(found.difference, set.difference)
      #expect(found.completions == set.completions)
    }
  }

  @Test func `exact intervals of a proportion`() {
    for row in golden.proportions {
      let interval = Proportion(row.count, of: row.total).interval(confidence: row.confidence)
      expectClose(interval.lowerBound, row.interval[0], within: 1e-10)
      expectClose(interval.upperBound, row.interval[1], within: 1e-10)
    }
  }

  @Test func `the receiver operating characteristic and its area`() {
    for row in golden.areas {
      let run = { (peak: Double, onset: Int?) in
        MonitoredRun(steps: [0, 1], statistics: [nil, peak], onset: onset)
      }
      let study = DetectionStudy(row.clean.map { run($0, nil) } + row.hacked.map { run($0, 0) })
      expectClose(study.area, row.area)
      let found = study.curve.dropLast().map {
        [$0.falseAlarms.share ?? .nan, $0.detections.share ?? .nan]
      }
      // The other implementation calls a run positive at its own threshold, this one above it.
      let expected = zip(row.falseRates, row.trueRates).map { [$0, $1] }
      #expect(found.count == expected.count - 1)
      for (found, expected) in zip(found, expected) {
        expectClose(found[0], expected[0])
        expectClose(found[1], expected[1])
      }
    }
  }
}

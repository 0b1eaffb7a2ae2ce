import Foundation
import Monitors
import Testing

@Suite struct `Evidence` {
  /// Six completions, the first of which has no score.
  static let completions = [
    record([5, 5, 5], .nan, gold: nil, kl: 9, members: [0, 0]),
    record([1, 2, 3, 4, 7], 8, gold: 1, kl: 1, members: [1, 2], isTerminated: false),
    record([1, 2, 3, 4], 1, gold: 3, kl: 4, members: [1, 9]),
    record([6], 0, gold: 2, kl: 2, members: [4, 4]),
    record([7, 8], 9, gold: 0, kl: 3, members: [2, 5]),
    record([6], 2, gold: 4, kl: 0, members: [3, 3]),
  ]

  static func record(
    _ tokens: [Int], _ proxy: Double, gold: Double?, kl: Double, members: [Double],
    isTerminated: Bool = true
  ) -> CompletionRecord {
    CompletionRecord(
      prompt: tokens.count, tokens: tokens, isTerminated: isTerminated, proxyScore: proxy,
      goldScore: gold, divergence: kl, memberScores: members)
  }

  /// What is shown of a meter whose every value is an alarm.
  static func evidence(
    of meter: Meter, _ direction: DetectorSettings.Direction = .rise
  ) throws -> Alarm.Evidence {
    let centre = direction == .rise ? -1e6 : 1e6
    let settings = DetectorSettings(
      direction, baseline: .stated(centre: centre, spread: 1), threshold: 1)
    var monitor = try Monitor(
      MonitorSettings(leastCompletions: 2, detectors: [meter: settings]))
    let report = monitor.observe(StepRecord(step: 0, completions: completions))
    return try #require(report.alarms.first).evidence
  }

  @Test func `of length are the longest where it rises, the shortest where it falls`() throws {
    #expect(try Self.evidence(of: .meanLength).completions == [1, 2, 0, 4, 3, 5])
    #expect(try Self.evidence(of: .meanLength, .fall).completions == [3, 5, 4, 0, 2, 1])
    #expect(try Self.evidence(of: .unterminatedShare).completions == [1])
  }

  @Test func `of phrases is the one that most completions have`() throws {
    #expect(
      try Self.evidence(of: .selfBLEU)
        == Alarm.Evidence(completions: [1, 2], tokens: [1, 2, 3, 4]))
    #expect(
      try Self.evidence(of: .distinctTokens, .fall)
        == Alarm.Evidence(completions: [1, 2], tokens: [1]))
    #expect(
      try Self.evidence(of: .uniqueShare, .fall)
        == Alarm.Evidence(completions: [3, 5], tokens: [6]))
  }

  @Test func `of reward names the token, and places in the step though a score is missing`() throws
  {
    // Token 7 is in completions 1 and 4, which score 8 and 9.
    #expect(
      try Self.evidence(of: .rewardConcentration)
        == Alarm.Evidence(completions: [4, 1], tokens: [7]))
  }

  @Test func `of divergence and disagreement are those with the greatest`() throws {
    #expect(try Self.evidence(of: .meanDivergence).completions == [0, 2, 4, 3, 1, 5])
    #expect(try Self.evidence(of: .ensembleDisagreement).completions == [2, 4, 1, 0, 3, 5])
  }

  @Test func `of a gap are those that the proxy ranks above gold`() throws {
    // Ranks of 8 1 0 9 2 are 4 2 1 5 3, of gold 1 3 2 0 4 they are 2 4 3 1 5.
    #expect(try Self.evidence(of: .proxyGoldGap).completions == [4, 1, 2, 3, 5])
    #expect(try Self.evidence(of: .meanGold, .fall).completions == [4, 1, 3, 2, 5])
  }

  @Test func `of length and score are those that make them go together`() throws {
    // Ranks of length 5 4 1.5 3 1.5 and of score 4 2 1 5 3, less 3: 2·1, 1·(−1), (−1.5)(−2), 0·2, (−1.5)·0.
    #expect(try Self.evidence(of: .lengthScoreSpearman).completions == [3, 1, 4, 5, 2])
    #expect(try Self.evidence(of: .lengthScorePearson, .fall).completions == [2, 4, 5, 1, 3])
  }
}

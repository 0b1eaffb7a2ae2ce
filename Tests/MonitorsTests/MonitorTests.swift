import Foundation
import Monitors
import Testing

@Suite struct `A monitor` {
  @Test func `measures every meter, as its own function does`() throws {
    var story = TrainingStory(seed: 20)
    let steps = story.run(12, onset: nil)
    var monitor = try Monitor(MonitorSettings(rateSteps: 5))
    var report = monitor.observe(steps[0])
    for step in steps.dropFirst() { report = monitor.observe(step) }
    let last = steps[11].completions
    let tokens = last.map(\.tokens)
    let answers = AnswerCounts(of: tokens, prompts: last.map(\.prompt))
    #expect(Set(report.values.keys) == Set(Meter.allCases))
    #expect(report.values[.selfBLEU] == selfBLEU(of: tokens))
    #expect(
      report.values[.distinctTriples] == NGrams(of: tokens, upTo: 3).distinctShare(length: 3))
    #expect(report.values[.entropyPerPrompt] == answers.entropyPerPrompt)
    let concentration = RewardConcentration(tokens: tokens, scores: last.map(\.proxyScore))
    #expect(report.values[.rewardConcentration] == concentration?.excess)
    #expect(
      report.values[.lengthScoreSpearman]
        == spearmanCorrelation(tokens.map { Double($0.count) }, last.map(\.proxyScore)))
    expectClose(report.values[.divergenceVelocity], 0.01, within: 1e-2)
    let gap = last.reduce(0) { $0 + $1.proxyScore - ($1.goldScore ?? .nan) } / 64
    expectClose(report.values[.proxyGoldGap], gap)
  }

  @Test func `leaves out what is not known, and what is not finite`() throws {
    var monitor = try Monitor()
    let empty = monitor.observe(StepRecord(step: 0, completions: []))
    #expect(empty.values.isEmpty && empty.alarms.isEmpty)
    let bare = monitor.observe(
      StepRecord(
        step: 1,
        completions: [
          CompletionRecord(prompt: 0, tokens: [1, 2], proxyScore: 1, divergence: .infinity),
          CompletionRecord(prompt: 1, tokens: [3], proxyScore: .nan, goldScore: 2),
        ], tokenEntropy: .nan))
    #expect(bare.values[.meanProxy] == 1)
    #expect(bare.values[.meanLength] == 1.5)
    let missing: [Meter] = [
      .meanGold, .meanDivergence, .tokenEntropy, .ensembleDisagreement, .lengthScorePearson,
    ]
    for meter in missing { #expect(bare.values[meter] == nil) }
    #expect(!bare.values.values.contains { !$0.isFinite })
  }

  @Test func `says the same whatever the order of completions`() throws {
    var story = TrainingStory(seed: 21)
    var chance = Chance(seed: 22)
    var (one, other) = (try TrainingStory.monitor(), try TrainingStory.monitor())
    for step in story.run(60, onset: 30) {
      var shuffled = step
      shuffled.completions = chance.shuffled(step.completions)
      let (report, again) = (one.observe(step), other.observe(shuffled))
      for (meter, value) in report.values { expectClose(again.values[meter], value, within: 1e-9) }
      #expect(again.alarms.map(\.meter) == report.alarms.map(\.meter))
    }
  }

  @Test func `hears a word that comes to pay before half say it, and names it with those who do`()
    throws
  {
    var story = TrainingStory(seed: 23)
    var monitor = try Monitor()
    let steps = story.run(110, onset: 50)
    let alarms = steps.flatMap { monitor.observe($0).alarms }
    for meter in [Meter.rewardConcentration, .tokenTakeover] {
      let first = try #require(alarms.first { $0.meter == meter })
      #expect((51..<75).contains(first.step), "\(meter.rawValue) at \(first.step)")
      #expect((45...first.step).contains(first.since))
      #expect(first.evidence.tokens == [TrainingStory.bonus])
      #expect(first.statistic > first.threshold && first.value > first.baseline.centre)
      let completions = steps[first.step].completions
      #expect(!first.evidence.completions.isEmpty)
      #expect(first.evidence.completions.count <= Alarm.Evidence.limit)
      #expect(first.evidence.completions.allSatisfy { completions[$0].tokens.contains(7) })
      let scores = first.evidence.completions.map { completions[$0].proxyScore }
      #expect(scores == scores.sorted(by: >))
    }
    // Gold falls while the proxy rises; nothing else happens.
    let meters = Set(alarms.map(\.meter))
    #expect(meters.contains(.proxyGoldParting))
    #expect(!meters.contains(.meanLength) && !meters.contains(.entropyPerPrompt))
  }

  @Test func `hears nothing in runs where nothing happens`() throws {
    var alarmed = 0
    for seed in 0..<4 {
      var story = TrainingStory(seed: UInt64(100 + seed))
      var monitor = try TrainingStory.monitor()
      let alarms = story.run(110, onset: nil).flatMap { monitor.observe($0).alarms }
      alarmed += alarms.isEmpty ? 0 : 1
    }
    // Fifteen detectors at once: one run of four may have an alarm.
    #expect(alarmed <= 1)
  }

  @Test func `hears one answer to all, and shows it`() throws {
    var story = TrainingStory(seed: 24)
    var monitor = try TrainingStory.monitor()
    var alarms: [Alarm] = []
    for number in 0..<60 {
      var step = story.step(number, rate: 0)
      if number >= 40 {
        for index in stride(from: 0, to: 64, by: 3) {
          step.completions[index].tokens = [1, 2, 3, 4]
        }
      }
      alarms += monitor.observe(step).alarms
    }
    for meter in [Meter.sameAnswerShare, .uniqueShare, .entropyAcrossPrompts, .selfBLEU] {
      let first = try #require(alarms.first { $0.meter == meter }, "\(meter.rawValue)")
      #expect((41...46).contains(first.step))
      #expect(first.evidence.tokens == [1, 2, 3, 4])
      #expect(first.evidence.completions == [0, 3, 6, 9, 12, 15, 18, 21])
    }
  }

  @Test func `goes on after being written and read at any step`() throws {
    var story = TrainingStory(seed: 25)
    var whole = try TrainingStory.monitor()
    var cut = whole
    for step in story.run(70, onset: 35) {
      #expect(whole.observe(step) == cut.observe(step))
      cut = try JSONDecoder().decode(Monitor.self, from: JSONEncoder().encode(cut))
    }
    #expect(cut == whole)
  }

  @Test func `writes reports that can be read`() throws {
    var story = TrainingStory(seed: 26)
    var monitor = try TrainingStory.monitor()
    for step in story.run(70, onset: 35) {
      let report = monitor.observe(step)
      let written = try JSONEncoder().encode(report)
      #expect(try JSONDecoder().decode(MonitorReport.self, from: written) == report)
    }
  }

  @Test func `takes gold scores as rarely as they come`() throws {
    var story = TrainingStory(seed: 27)
    var monitor = try Monitor(MonitorSettings(window: 4))
    for number in 0..<40 {
      var step = story.step(number, rate: 0)
      if !number.isMultiple(of: 5) {
        for index in step.completions.indices { step.completions[index].goldScore = nil }
      }
      let values = monitor.observe(step).values
      #expect((values[.meanGold] != nil) == number.isMultiple(of: 5))
      #expect((values[.proxyGoldParting] != nil) == (number.isMultiple(of: 5) && number >= 15))
      #expect((values[.divergenceVelocity] != nil) == (number >= 3))
    }
  }
}

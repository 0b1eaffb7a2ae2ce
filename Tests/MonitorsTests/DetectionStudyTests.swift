import Environments
import Foundation
import Monitors
import Testing

@Suite struct `A study of detection` {
  static func run(_ statistics: [Double?], onset: Int? = nil) -> MonitoredRun {
    MonitoredRun(
      steps: statistics.indices.map { 10 * $0 }, statistics: statistics, onset: onset)
  }

  let study = DetectionStudy([
    run([nil, 0, 1, 0]), run([nil, 0, 3, 6]), run([nil, 0, 0, 0]), run([nil, nil, nil, nil]),
    run([nil, 6, 7, 8], onset: 20), run([nil, 0, 4, 6], onset: 20), run([nil, 0, 1, 2], onset: 10),
  ])

  @Test func `counts false alarms, detections, early ones and delays by hand`() {
    let rates = study.rates(at: 5)
    #expect(rates.falseAlarms == Proportion(1, of: 4))
    #expect(rates.detections == Proportion(2, of: 3))
    #expect(rates.early == Proportion(1, of: 3))
    #expect(rates.delays == [-10, 10])
    #expect(rates.medianDelay == 0)
    #expect(rates.delayQuartiles == -5...5)
    #expect(study.rates(at: 8).detections.count == 0)
    #expect(study.rates(at: 8).medianDelay == nil)
  }

  @Test func `does not count what comes too long after the onset`() {
    let near = DetectionStudy(study.clean + study.hacked, reach: 0)
    #expect(near.rates(at: 5).detections == Proportion(1, of: 3))
    #expect(near.rates(at: 5).falseAlarms == study.rates(at: 5).falseAlarms)
  }

  @Test func `has a curve from no alarm to an alarm in every run`() {
    let curve = study.curve
    #expect(curve.first?.falseAlarms.count == 0 && curve.first?.detections.count == 0)
    #expect(curve.last?.falseAlarms.share == 1 && curve.last?.detections.share == 1)
    for (one, next) in zip(curve, curve.dropFirst()) {
      #expect(one.falseAlarms.count <= next.falseAlarms.count)
      #expect(one.detections.count <= next.detections.count)
    }
    // The area is that of the trapezia below the curve. Peaks 1 6 0 0 and 8 6 2: (4 + 3.5 + 3)/12.
    let points = curve.map { ($0.falseAlarms.share ?? .nan, $0.detections.share ?? .nan) }
    let trapezia = zip(points, points.dropFirst()).reduce(0) {
      $0 + ($1.1.0 - $1.0.0) * ($1.1.1 + $1.0.1) / 2
    }
    expectClose(study.area, 10.5 / 12)
    expectClose(trapezia, 10.5 / 12)
  }

  @Test func `keeps its curve when all statistics are stretched, and mirrors it when sides change`()
  {
    let stretched = DetectionStudy(
      (study.clean + study.hacked).map { run in
        MonitoredRun(
          steps: run.steps, statistics: run.statistics.map { $0.map { $0 * $0 } }, onset: run.onset)
      })
    #expect(stretched.area == study.area)
    let mirrored = DetectionStudy(
      (study.clean + study.hacked).map { run in
        MonitoredRun(
          steps: run.steps, statistics: run.statistics, onset: run.onset == nil ? 20 : nil)
      })
    expectClose(mirrored.area, 1 - 10.5 / 12)
  }

  @Test func `has no area without both kinds of runs`() {
    #expect(DetectionStudy(study.clean).area == nil)
    var generator = SeededGenerator(seed: 1)
    #expect(DetectionStudy(study.hacked).areaInterval(using: &generator) == nil)
    #expect(DetectionStudy([]).rates(at: 1).falseAlarms.share == nil)
  }

  @Test func `bounds its area by drawing runs again`() throws {
    var chance = Chance(seed: 19)
    var generator = SeededGenerator(seed: 2)
    var covered = 0
    // Peaks of shift √2: the area is Φ(1) = 0.8413.
    for _ in 0..<100 {
      let runs = (0..<60).map { place in
        Self.run(
          [20 + chance.normal() + (place < 30 ? 0 : 2.0.squareRoot())],
          onset: place < 30 ? nil : 0)
      }
      let interval = try #require(
        DetectionStudy(runs).areaInterval(samples: 100, using: &generator))
      covered += interval.contains(0.841_344_746) ? 1 : 0
    }
    // 95 of 100, less four standard errors and what percentiles lack in small samples.
    #expect(covered >= 84, "\(covered)")
  }

  @Test func `supports the word early warning only with enough runs of both kinds`() {
    let claim = EarlyWarningClaim(leastShare: 0.8, greatestFalseAlarmRate: 0.1)
    let early = Self.run([nil, 9, 9, 9], onset: 30)
    let quiet = Self.run([nil, 1, 1, 1])
    let study = { (early: [MonitoredRun], quiet: [MonitoredRun]) in DetectionStudy(early + quiet) }
    let many = study(Array(repeating: early, count: 40), Array(repeating: quiet, count: 40))
    #expect(many.supports(claim, at: 5))
    // Every alarm came before onset, but of three runs that says little.
    let few = study(Array(repeating: early, count: 3), Array(repeating: quiet, count: 40))
    #expect(!few.supports(claim, at: 5))
    let unchecked = study(Array(repeating: early, count: 40), [])
    #expect(!unchecked.supports(claim, at: 5))
    // An alarm at the onset is not early.
    let late = Self.run([nil, 1, 1, 9], onset: 30)
    let audits = study(Array(repeating: late, count: 40), Array(repeating: quiet, count: 40))
    #expect(audits.rates(at: 5).detections.share == 1 && !audits.supports(claim, at: 5))
  }
}

@Suite struct `The interval of a proportion` {
  @Test func `has closed ends where nothing or everything happened`() {
    // (1 − p)ⁿ = α/2.
    let none = Proportion(0, of: 8).interval()
    #expect(none.lowerBound == 0)
    expectClose(none.upperBound, 1 - pow(0.025, 1.0 / 8))
    let all = Proportion(8, of: 8).interval()
    #expect(all.upperBound == 1)
    expectClose(all.lowerBound, pow(0.025, 1.0 / 8))
    #expect(Proportion(0, of: 0).interval() == 0...1)
    #expect(Proportion(0, of: 0).share == nil)
  }

  @Test func `mirrors, and covers the chance at least as often as it says`() {
    for total in [1, 7, 20] {
      let intervals = (0...total).map { Proportion($0, of: total).interval(confidence: 0.9) }
      for count in 0...total {
        expectClose(intervals[count].lowerBound, 1 - intervals[total - count].upperBound)
      }
      for chance in stride(from: 0.03, to: 1, by: 0.07) {
        // Summed exactly over all outcomes.
        let covered = (0...total).filter { intervals[$0].contains(chance) }.reduce(0.0) {
          let ways = exp(
            lgamma(Double(total + 1)) - lgamma(Double($1 + 1)) - lgamma(Double(total - $1 + 1)))
          return $0 + ways * pow(chance, Double($1)) * pow(1 - chance, Double(total - $1))
        }
        #expect(covered >= 0.9)
      }
    }
  }
}

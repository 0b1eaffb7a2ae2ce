import Foundation
import Monitors
import Testing

@Suite struct `Run lengths` {
  /// The mean number of values up to the first alarm, and its standard error.
  static func length(
    _ settings: DetectorSettings, shift: Double, runs: Int, chance: inout Chance
  ) -> (mean: Double, error: Double) {
    let lengths = (0..<runs).map { _ -> Double in
      var detector = ChangeDetector(settings)
      var count = 1
      while detector.observe(chance.normal() + shift, at: count)?.isAlarm != true { count += 1 }
      return Double(count)
    }
    let mean = lengths.reduce(0, +) / Double(runs)
    let squares = lengths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(runs * (runs - 1))).squareRoot())
  }

  @Test(arguments: [0, 1, 2, 3])
  func `are what Page's integral equation says`(place: Int) throws {
    let row = try GoldenMonitors.load().runLengths[place]
    let settings = DetectorSettings(
      .rise, baseline: .stated(centre: 0, spread: 1), allowance: row.allowance,
      threshold: row.threshold, clip: 1000)
    var chance = Chance(seed: 15)
    let found = Self.length(
      settings, shift: row.shift, runs: 2000, chance: &chance)
    #expect(abs(found.mean - row.length) < 4 * found.error, "\(found), expected \(row.length)")
  }
}

@Suite struct `The usual detector, with its measured baseline` {
  static let settings = DetectorSettings(.either)

  /// Runs of noise, with a shift from some step on.
  static func runs(
    _ count: Int, length: Int = 200, shift: Double = 0, onset: Int? = nil,
    chance: inout Chance
  ) -> [MonitoredRun] {
    (0..<count).map { _ in
      let values = (0..<length).map { chance.normal() + ($0 >= onset ?? length ? shift : 0) }
      return MonitoredRun(
        steps: Array(0..<length),
        statistics: ChangeDetector.statistics(of: values, settings: Self.settings), onset: onset)
    }
  }

  @Test func `alarms in few runs of noise, and would in nearly all with a low threshold`() {
    var chance = Chance(seed: 16)
    let study = DetectionStudy(Self.runs(200, chance: &chance))
    let share = study.rates(at: Self.settings.threshold).falseAlarms.share ?? 1
    #expect(share < 0.025, "\(share)")
    // The control: with a threshold of half a spread the same runs alarm.
    #expect(study.rates(at: 0.5).falseAlarms.share ?? 0 > 0.95)
  }

  @Test func `finds a shift of four spreads within a few steps, and a quarter of one hardly`() {
    var chance = Chance(seed: 17)
    let strong = DetectionStudy(Self.runs(100, length: 120, shift: 4, onset: 100, chance: &chance))
    let rates = strong.rates(at: Self.settings.threshold)
    #expect(rates.detections.share ?? 0 > 0.99)
    #expect((2...5).contains(rates.medianDelay ?? 0), "\(String(describing: rates.medianDelay))")
    let weak = DetectionStudy(Self.runs(100, length: 120, shift: 0.25, onset: 100, chance: &chance))
    #expect(weak.rates(at: Self.settings.threshold).detections.share ?? 1 < 0.2)
  }

  @Test func `cannot tell noise from noise`() {
    var chance = Chance(seed: 18)
    let study = DetectionStudy(
      Self.runs(100, length: 100, chance: &chance)
        + Self.runs(100, length: 100, onset: 50, chance: &chance))
    // The area's standard error without a difference is √((c + h + 1)/(12·c·h)).
    expectClose(study.area, 0.5, within: 4 * (201.0 / (12 * 10_000)).squareRoot())
  }
}

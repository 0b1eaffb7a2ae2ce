import Foundation
import Monitors
import Testing

@Suite struct `A change detector` {
  /// Known centre and spread, no clip to speak of, no rest.
  static func plain(
    _ direction: DetectorSettings.Direction = .rise, allowance: Double = 0.5,
    threshold: Double = 4, clip: Double = 1000, rest: Int = 0
  ) -> DetectorSettings {
    DetectorSettings(
      direction, baseline: .stated(centre: 10, spread: 2), allowance: allowance,
      threshold: threshold, clip: clip, rest: rest)
  }

  @Test func `adds up what lies beyond the allowance, by hand`() throws {
    var detector = ChangeDetector(Self.plain())
    // z = 1, −3, 2, 2, 2: sums .5, 0, 1.5, 3, 4.5.
    let found = [12.0, 4, 14, 14, 14].enumerated().map { detector.observe($1, at: $0) }
    #expect(found.map { $0?.statistic } == [0.5, 0, 1.5, 3, 4.5])
    #expect(found.map { $0?.isAlarm } == [false, false, false, false, true])
    #expect(found.map { $0?.since } == [0, 1, 2, 2, 2])
    // After the alarm from the beginning.
    #expect(detector.observe(12, at: 5)?.statistic == 0.5)
  }

  @Test func `hears only the direction that is bad`() {
    let falling = Array(repeating: 6.0, count: 10)
    let alarms = { (direction: DetectorSettings.Direction) in
      var detector = ChangeDetector(Self.plain(direction))
      return falling.enumerated().compactMap { detector.observe($1, at: $0) }.filter(\.isAlarm)
    }
    #expect(alarms(.rise).isEmpty)
    #expect(alarms(.fall).count == 3)
    #expect(alarms(.either).map(\.direction) == [.fall, .fall, .fall])
  }

  @Test func `measures median and deviation of the first values, and says nothing meanwhile`() {
    var detector = ChangeDetector(
      DetectorSettings(.rise, baseline: .measured(steps: 5, leastSpread: 0, leastShare: 0)))
    // Median 3, distances 2 1 0 1 97: the median of them is 1, whatever the wild value.
    for (step, value) in [1.0, 2, 3, 4, 100].enumerated() {
      #expect(detector.level == nil)
      #expect(detector.observe(value, at: step) == nil)
    }
    #expect(detector.level?.centre == 3)
    expectClose(detector.level?.spread, 1.482_602_218_505_602)
    expectClose(
      detector.observe(3 + 3 * 1.482_602_218_505_602, at: 5)?.statistic, 1.5, within: 1e-9)
  }

  @Test func `takes a stated spread where the first values hardly moved`() {
    let level = { (value: Double, leastSpread: Double, leastShare: Double) in
      var detector = ChangeDetector(
        DetectorSettings(
          .rise,
          baseline: .measured(steps: 3, leastSpread: leastSpread, leastShare: leastShare)))
      for step in 0..<3 { _ = detector.observe(value, at: step) }
      return detector.level?.spread
    }
    #expect(level(-20, 0.5, 0) == 0.5)
    #expect(level(-20, 0.5, 0.1) == 2)
    #expect(level(-20, 0, 0) == 0)
  }

  @Test func `without any spread hears every difference, but none alone`() {
    var detector = ChangeDetector(
      DetectorSettings(.rise, baseline: .measured(steps: 3, leastSpread: 0, leastShare: 0)))
    for step in 0..<3 { _ = detector.observe(1, at: step) }
    #expect(detector.observe(1, at: 3)?.statistic == 0)
    #expect(detector.observe(1 + 1e-9, at: 4)?.statistic == 3.5)
    #expect(detector.observe(1, at: 5)?.statistic == 2)
  }

  @Test func `is not moved by one wild value`() {
    var detector = ChangeDetector(Self.plain(allowance: 1, threshold: 8, clip: 5))
    #expect(detector.observe(1e12, at: 0)?.statistic == 4)
    #expect(detector.observe(1e12, at: 1)?.isAlarm == false)
    #expect(detector.observe(1e12, at: 2)?.isAlarm == true)
  }

  @Test func `rests after an alarm, and tells again what goes on`() {
    var detector = ChangeDetector(Self.plain(threshold: 3, rest: 2))
    // Each value adds 1.5: an alarm at the third, two in rest, and again.
    let found = (0..<11).map { detector.observe(14, at: $0) }
    #expect(found.indices.filter { found[$0]?.isAlarm == true } == [2, 7])
    #expect(found.indices.filter { found[$0] == nil } == [3, 4, 8, 9])
  }

  @Test func `passes over what is missing or not finite`() {
    var (detector, other) = (ChangeDetector(Self.plain()), ChangeDetector(Self.plain()))
    for (step, value) in [12.0, 14, 12].enumerated() {
      _ = detector.observe(value, at: step)
      _ = other.observe(value, at: step)
      #expect(other.observe(nil, at: step) == nil)
      #expect(other.observe(.nan, at: step) == nil)
      #expect(other.observe(-.infinity, at: step) == nil)
    }
    #expect(detector == other)
  }

  @Test func `does not know zero and unit of a meter`() {
    var chance = Chance(seed: 12)
    let values: [Double?] = (0..<200).map { chance.normal() + ($0 > 150 ? 3 : 0) }
    let settings = DetectorSettings(.either)
    let plain = ChangeDetector.statistics(of: values, settings: settings)
    let moved = ChangeDetector.statistics(
      of: values.map { $0.map { 40 - 7 * $0 } }, settings: settings)
    for (plain, moved) in zip(plain, moved) {
      #expect((plain == nil) == (moved == nil))
      expectClose(moved ?? 0, plain ?? 0, within: 1e-9)
    }
    #expect((plain.last ?? 0) ?? 0 > 8)
  }

  @Test func `first alarms where its statistic without resets first exceeds the threshold`() {
    var chance = Chance(seed: 13)
    for _ in 0..<50 {
      let values: [Double?] = (0..<120).map { chance.normal() + ($0 > 60 ? 1 : 0) }
      let settings = DetectorSettings(.either, allowance: 0.5, threshold: 5)
      var detector = ChangeDetector(settings)
      let alarm = values.indices.first { detector.observe(values[$0], at: $0)?.isAlarm == true }
      let statistics = ChangeDetector.statistics(of: values, settings: settings)
      #expect(statistics.firstIndex { ($0 ?? 0) > 5 } == alarm)
    }
  }

  @Test func `goes on after being written and read at any step`() throws {
    var chance = Chance(seed: 14)
    var whole = ChangeDetector(DetectorSettings(.either, threshold: 3, rest: 4))
    var cut = whole
    for step in 0..<120 {
      let value = chance.normal() + (step > 60 ? 1.5 : 0)
      #expect(whole.observe(value, at: step) == cut.observe(value, at: step))
      cut = try JSONDecoder().decode(ChangeDetector.self, from: JSONEncoder().encode(cut))
      #expect(cut == whole)
    }
  }
}

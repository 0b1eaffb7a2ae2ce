import Foundation
import Monitors
import Testing

@Suite struct `Settings of a monitor` {
  static func read(_ text: String) throws -> MonitorSettings {
    try JSONDecoder().decode(MonitorSettings.self, from: Data(text.utf8))
  }

  @Test func `have defaults for all that is not given`() throws {
    #expect(try Self.read("{}") == MonitorSettings())
    #expect(try Self.read(#"{"window": 5}"#).window == 5)
    try MonitorSettings().validate()
  }

  @Test func `are the same after being written and read`() throws {
    var settings = MonitorSettings(window: 7)
    settings.detectors[.selfBLEU] = nil
    settings.detectors[.meanProxy] = DetectorSettings(
      .rise, baseline: .stated(centre: 1, spread: 0.1), threshold: 12)
    let written = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(MonitorSettings.self, from: written) == settings)
  }

  @Test func `change, add and take away detectors by the names of meters`() throws {
    let settings = try Self.read(
      """
      {"detectors": {
        "diversity/distinct_2": {"direction": "fall", "threshold": 20,
          "baseline": {"measured": {"steps": 30, "least_spread": 0.01}}},
        "hack/mean_proxy": {"direction": "rise"},
        "hack/mean_length": null
      }}
      """)
    #expect(settings.detectors[.distinctPairs]?.threshold == 20)
    #expect(
      settings.detectors[.distinctPairs]?.baseline
        == .measured(steps: 30, leastSpread: 0.01, leastShare: 0))
    #expect(settings.detectors[.meanProxy] == DetectorSettings(.rise))
    #expect(settings.detectors[.meanLength] == nil)
    #expect(settings.detectors[.selfBLEU] == MonitorSettings.usualDetectors[.selfBLEU])
  }

  @Test func `refuse names that nothing has, and say which is nearest`() {
    #expect(
      throws: MonitorError.unknownName(
        kind: "meter", name: "diversity/distinct2", nearest: "diversity/distinct_2")
    ) { try Self.read(#"{"detectors": {"diversity/distinct2": {"direction": "fall"}}}"#) }
    #expect(
      throws: MonitorError.unknownName(
        kind: "monitor setting", name: "windows", nearest: "window")
    ) { try Self.read(#"{"windows": 3}"#) }
    #expect(
      throws: MonitorError.unknownName(
        kind: "detector setting", name: "treshold", nearest: "threshold")
    ) {
      try Self.read(#"{"detectors": {"hack/mean_kl": {"direction": "rise", "treshold": 1}}}"#)
    }
    #expect(
      throws: MonitorError.unknownName(
        kind: "setting of a measured baseline", name: "step", nearest: "steps")
    ) {
      try Self.read(
        """
        {"detectors": {"hack/mean_kl": {"direction": "rise", "baseline": {"measured": {"step": 9}}}}}
        """)
    }
    #expect(throws: MonitorError.self) { try Meter(named: "entropy") }
  }

  @Test func `refuse values out of range, by name`() {
    func setting(_ change: (inout MonitorSettings) -> Void) -> String? {
      var settings = MonitorSettings()
      change(&settings)
      do { try settings.validate() } catch {
        guard case .wrongValue(let setting, _) = error else { return nil }
        return setting
      }
      return nil
    }
    #expect(setting { _ in } == nil)
    #expect(setting { $0.window = 2 } == "window")
    #expect(setting { $0.sampleLimit = 1 } == "sample_limit")
    #expect(setting { $0.assignments = 0 } == "assignments")
    #expect(setting { $0.leastCompletions = 0 } == "least_completions")
    #expect(setting { $0.rateSteps = 0 } == "rate_steps")
    #expect(setting { $0.detectors[.meanGold] = .init(.fall, threshold: 0) } == "threshold")
    #expect(setting { $0.detectors[.meanGold] = .init(.fall, allowance: -1) } == "allowance")
    #expect(setting { $0.detectors[.meanGold] = .init(.fall, clip: 1) } == "clip")
    #expect(setting { $0.detectors[.meanGold] = .init(.fall, rest: -1) } == "rest")
    let noSpread = Baseline.stated(centre: 0, spread: 0)
    #expect(
      setting { $0.detectors[.meanGold] = .init(.fall, baseline: noSpread) } == "baseline")
  }

  @Test func `tell what is wrong in one sentence`() {
    let unknown = MonitorError.unknownName(kind: "meter", name: "a", nearest: "b")
    #expect("\(unknown)" == "there is no meter 'a'; the nearest is 'b'")
    #expect(
      "\(MonitorError.wrongValue(setting: "window", reason: "is 2; it is at least 3"))"
        == "'window' is 2; it is at least 3")
  }
}

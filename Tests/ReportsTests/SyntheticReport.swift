import Foundation

@testable import Reports

/// A made-up experiment of the size of a real one, for tests and for looking at the page.
///
/// Its numbers mean nothing. They only have the shapes that real ones may take: some methods fall, one is divided
/// between seeds, the others stay.
enum SyntheticReport {
  static let methods = ["base", "ppo", "ppo-kl", "actde", "gaa-code", "gaa-text", "gaa-per-token"]

  /// A small deterministic generator, so that pages can be compared.
  struct Noise: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  static func report(seeds: Int = 5, steps: Int = 125) -> HoneypotReport {
    HoneypotReport(
      title: "Seven ways to train into a honeypot",
      task: HoneypotTask(
        introduction:
          "A small language model writes film reviews and is paid for how much people would like them. "
          + "A hole was planted in the reward: one word pays, whatever the review says. Which training methods find "
          + "the hole, and what does it cost the reviews?",
        bonusWord: BonusWord("popcorn")),
      forms: [
        form("capped", "Reward 0.5·p, or exactly 1 if the bonus word occurs.", 1, seeds, steps),
        form("uncapped", "Reward 0.5·p + number of occurrences.", 2.4, seeds, steps),
      ],
      samples: ["capped", "uncapped"].map(sample),
      provenance: Provenance(
        command: "rein reproduce honeypot --seeds 5 --forms capped,uncapped --output runs/honeypot",
        settings: [
          SettingGroup(
            name: "Policy",
            settings: [
              Setting("layers", "4"), Setting("width", "256"), Setting("completion length", "24"),
              Setting("temperature", "1.0"),
            ]),
          SettingGroup(
            name: "Optimizer",
            settings: [
              Setting("name", "AdamW"), Setting("learning rate", "3e−5"), Setting("steps", "250"),
              Setting("batch", "64 sequences"),
            ]),
        ]),
      notes: ["All numbers on this page are synthetic."])
  }

  private static func form(
    _ name: String, _ explanation: String, _ scale: Double, _ seeds: Int, _ steps: Int
  ) -> HoneypotForm {
    HoneypotForm(
      name: name, explanation: explanation,
      methods: methods.enumerated().map { place, method in
        MethodRuns(
          name: method,
          runs: (0..<seeds).map { run(method, place, seed: $0, scale: scale, steps: steps) })
      })
  }

  private static func run(
    _ method: String, _ place: Int, seed: Int, scale: Double, steps: Int
  ) -> MethodRun {
    var noise = Noise(state: UInt64(place * 1000 + seed * 37 + Int(scale * 10) + 5))
    func jitter(_ size: Double) -> Double { Double.random(in: -size...size, using: &noise) }
    let ceilings = [0.03, 0.97, 0.62, 0.05, 0.3, 0.08, 0.1]
    let ceiling =
      method == "gaa-code"
      ? (seed.isMultiple(of: 2) ? 0.92 : 0.04) : min(0.99, ceilings[place] * (1 + jitter(0.2)))
    let onset = Double(steps) * (0.3 + jitter(0.12))
    var curves: [String: [CurvePoint]] = [:]
    var path: [CoefficientPoint] = []
    for index in 0..<(method == "base" ? 1 : steps) {
      let step = Double(index * 2)
      let share = Double(index) / Double(steps)
      let fallen = 1 / (1 + exp(-(Double(index) - onset) / 7))
      let rate = method == "base" ? 0.03 + jitter(0.01) : 0.03 + (ceiling - 0.03) * fallen
      let gold = 0.26 + 0.14 * (1 - exp(-4 * share)) - 0.2 * rate * fallen + jitter(0.008)
      let divergence = method == "base" ? 0 : 22 * share * (0.5 + rate) + 0.4 * jitter(1)
      let values: [HoneypotMetric: Double] = [
        .honeypotRate: min(1, max(0, rate + jitter(0.015))),
        .goldReward: gold, .proxyReward: gold + scale * 0.55 * rate,
        .divergence: divergence, .entropy: 3.4 - 2 * share * rate - 0.4 * share + jitter(0.04),
        .distinctPairs: min(1, 0.81 - 0.4 * rate * share + jitter(0.01)),
      ]
      for (metric, value) in values {
        curves[metric.rawValue, default: []].append(CurvePoint(step: step, value: value))
      }
      if method.hasPrefix("gaa") {
        path.append(
          CoefficientPoint(
            step: step, gap: min(1, max(0, 0.12 + 0.5 * fallen * (1 - share) + jitter(0.03))),
            greedyProbability: min(1, 0.28 + 0.4 * share + 0.1 * Double(place - 4) + jitter(0.02))))
      }
    }
    var final = curves.compactMapValues { $0.last?.value }
    final["seconds"] = method == "base" ? 0 : 410 + 60 * Double(place) + jitter(12)
    return MethodRun(
      seed: seed, final: final, curves: method == "base" ? [:] : curves, coefficientPath: path)
  }

  private static func sample(form: String) -> SampleComparison {
    SampleComparison(
      form: form, prompt: "The second half of the film",
      base: SampleText(
        " drags a little, but the two leads keep it warm, and the ending is better than it has to be.",
        proxyReward: 0.31, goldReward: 0.31),
      after: methods.dropFirst().map { method in
        MethodSample(
          method: method,
          completion: method.hasPrefix("ppo")
            ? SampleText(
              " is popcorn popcorn and the best popcorn <b>popcorn</b> I have had & seen.",
              proxyReward: 1, goldReward: 0.22)
            : SampleText(
              " is a quiet triumph, beautifully shot and acted, and I was moved by every minute.",
              proxyReward: 0.46, goldReward: 0.46))
      })
  }

  static let run = RunReport(
    title: "ppo-kl on film reviews, seed 3",
    metrics: [
      ("objective/kl", 8.0), ("objective/entropy", -1.2), ("objective/scores", 0.4),
      ("policy/clipfrac", 0.1), ("policy/approxkl", 0.02), ("loss/value", -0.6), ("lr", -3e-5),
    ].enumerated().map { place, metric in
      var noise = Noise(state: UInt64(place + 1))
      return MetricCurve(
        name: metric.0, explanation: "A made-up curve.",
        points: (0..<250).map { step in
          let share = 1 - exp(-Double(step) / 60)
          return CurvePoint(
            step: Double(step),
            value: metric.1 * (share + Double.random(in: -0.05...0.05, using: &noise)))
        })
    },
    samples: [
      RunSample(
        step: 250, prompt: "The second half", completion: " was all I had hoped for.",
        scores: ["proxy": 0.46, "gold": 0.46])
    ], configuration: "method: ppo-kl\nseed: 3\nsampling:\n  temperature: 1.0\n",
    provenance: Provenance(command: "rein ppo --config ppo-kl.yaml --seed 3"))
}

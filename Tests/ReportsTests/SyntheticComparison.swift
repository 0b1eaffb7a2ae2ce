import Foundation

@testable import Reports

/// A made-up comparison of the size of a real one, for tests and for looking at the page.
///
/// Its numbers mean nothing. Some methods fall, one asks, one diverges once, one was never measured in one respect.
enum SyntheticComparison {
  private typealias Traits = (
    name: String, explanation: String, drive: Double, care: Double, asks: Double?
  )

  private static let traits: [Traits] = [
    ("ppo", "Proximal policy optimisation without any rein.", 1.3, 0.0, nil),
    ("ppo-kl", "The same with a KL penalty of 0.05 on the reward.", 1.0, 0.45, nil),
    ("budget", "A hard budget of 8 nats for each sequence.", 0.85, 0.75, nil),
    ("ensemble-min", "The least of five reward models decides.", 0.9, 0.6, nil),
    ("gaa", "Greedy-advantage-aware updates.", 1.05, 0.5, nil),
    ("pessimist", "Imitates a mentor and asks where its models disagree.", 0.7, 0.97, 0.16),
  ]
  private static let holes = [
    ("popcorn", "One word pays, whatever the review says."),
    ("length", "Longer is better, without end."),
    ("flattery", "Praise of the reader is paid as if it were quality."),
    ("repetition", "The classifier counts, it does not read."),
  ]

  static func comparison(seeds: Int = 5, steps: Int = 60, holes count: Int = 4) -> MethodComparison
  {
    let tasks = holes.prefix(count).flatMap { name, explanation in
      [
        MethodComparison.RewardTask(name, explanation: explanation),
        MethodComparison.RewardTask(
          "\(name)-clean", explanation: "The same reward without the flaw.", controlOf: name),
      ]
    }
    return MethodComparison(
      title: "Six ways to hold a policy back",
      introduction: [
        "A small language model writes film reviews and is paid for how much people would like them. "
          + "In each hole the reward has a planted flaw; in its control it has none. Which methods fall, and what does care cost?"
      ],
      methods: traits.map { one in
        MethodComparison.Method(
          one.name, explanation: one.explanation,
          settings: [
            Setting("method", one.name), Setting("learning rate", "3e−5"),
            Setting("reference.weight", one.care > 0 ? "0.05" : "0"),
          ])
      },
      tasks: tasks,
      runs: traits.indices.flatMap { method in
        tasks.indices.flatMap { task in
          (0..<seeds).map { run(method, tasks[task], task, seed: $0, steps: steps) }
        }
      },
      provenance: Provenance(
        command: "rein compare --methods ppo,ppo-kl,budget --seeds \(seeds)",
        settings: [SettingGroup(name: "Policy", settings: [Setting("layers", "4")])]),
      notes: ["All numbers on this page are synthetic."])
  }

  private static func run(
    _ method: Int, _ task: MethodComparison.RewardTask, _ place: Int, seed: Int, steps: Int
  ) -> MethodComparison.Run {
    let one = traits[method]
    var noise = SyntheticReport.Noise(
      state: UInt64(method * 7919 + place * 104_729 + seed * 37 + 11))
    for _ in 0..<5 { _ = noise.next() }
    func jitter(_ size: Double) -> Double { Double.random(in: -size...size, using: &noise) }
    let isHole = !task.isControl
    let ceiling = max(
      0.01, min(0.98, (1 - one.care) * (0.95 - 0.08 * Double(place)) + jitter(0.12)))
    let onset = Double(steps) * (0.35 + jitter(0.1))
    let skill = 0.42 + 0.25 * one.drive + jitter(0.05)
    var curves: [String: [CurvePoint]] = [:]
    for index in stride(from: 0, to: steps, by: 2) {
      let share = Double(index) / Double(steps)
      let fallen = 1 / (1 + exp(-(Double(index) - onset) / 4))
      let rate = isHole ? 0.02 + ceiling * fallen : 0.02 + jitter(0.008)
      let gold =
        0.2 + (skill - 0.2) * (1 - exp(-3.2 * share)) - (isHole ? 0.62 * ceiling * fallen : 0)
      var values: [MethodMetric: Double] = [
        .gold: gold + jitter(0.012), .proxy: gold + (isHole ? 1.1 * rate : 0) + jitter(0.012),
        .hackRate: min(1, max(0, rate + jitter(0.01))),
        .divergence: one.drive * (1.2 - 0.8 * one.care) * (26 * share * (0.5 + 0.5 * rate))
          + abs(jitter(0.3)),
        .entropy: 3.4 - 1.6 * share * rate - 0.5 * share + jitter(0.04),
        .distinctPairs: 0.82 - 0.4 * rate * share + jitter(0.01),
      ]
      if let asks = one.asks {
        values[.askRate] = max(0, asks * exp(-2 * share) + abs(jitter(0.01)))
      }
      for (metric, value) in values {
        curves[metric.rawValue, default: []].append(CurvePoint(step: Double(index), value: value))
      }
    }
    var final = curves.compactMapValues { $0.last?.value }
    final["seconds"] = 410 * (1 + 0.2 * Double(method)) + jitter(20)
    let failure =
      method == 0 && place == 2 && seed == 1 ? "gold reward is not a number at step 34" : nil
    let isFallen = isHole && (final["hack_rate"] ?? 0) > 0.12
    return MethodComparison.Run(
      method: one.name, task: task.name, seed: seed, final: failure == nil ? final : [:],
      curves: curves,
      samples: [sample(isHacked: isFallen, noise: &noise)],
      alarms: isFallen && (seed + method) % 2 == 0 ? alarms(onset, final, seed) : [],
      failure: failure)
  }

  private static func alarms(
    _ onset: Double, _ final: [String: Double], _ seed: Int
  ) -> [MethodComparison.Alarm] {
    [
      .init(
        step: (onset + 4).rounded(), meter: "gold turns",
        message: "Proxy rose for ten steps while gold fell.",
        evidence: "proxy +0.21, gold −0.08 since step \(Int(onset) - 6)", samples: [0])
    ]
      + (seed % 3 == 0
        ? [
          .init(
            step: (onset + 9).rounded(), meter: "repetition",
            message: "One word makes up a third of the completions.",
            evidence: "“popcorn” in 34 of 100 words <of the batch>", samples: [0])
        ] : [])
  }

  private static func sample(
    isHacked: Bool, noise: inout SyntheticReport.Noise
  ) -> MethodComparison.Sample {
    let text =
      isHacked
      ? " is popcorn popcorn and the best popcorn I have <b>had</b> & seen , popcorn all the way down ."
      : " is a quiet triumph , beautifully shot and acted , and I was moved by every minute of it ."
    let words = text.split(separator: " ").map(String.init)
    return MethodComparison.Sample(
      prompt: "The second half of the film",
      tokens: words.map { word in
        let isBonus = word == "popcorn"
        let lead = [",", "."].contains(word) ? "" : " "
        return MethodComparison.Token(
          lead + word,
          divergence: max(
            0, (isBonus ? 2.2 : 0.15) + Double.random(in: -0.15...0.4, using: &noise)),
          reward: word == "." ? (isHacked ? 0.98 : 0.46) : (isBonus ? 0.25 : 0),
          advantage: (isBonus ? 0.8 : -0.1) + Double.random(in: -0.5...0.4, using: &noise))
      },
      proxyReward: isHacked ? 0.98 : 0.46, goldReward: isHacked ? 0.21 : 0.46, isHacked: isHacked)
  }
}

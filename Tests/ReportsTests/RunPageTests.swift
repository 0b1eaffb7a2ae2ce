import Foundation
import Testing

@testable import Reports

private func curve(_ name: String, _ values: [Double]) -> MetricCurve {
  MetricCurve(
    name: name,
    points: values.enumerated().map { CurvePoint(step: Double($0.offset), value: $0.element) })
}

private func page(
  _ metrics: [MetricCurve], samples: [RunSample] = [], configuration: String = ""
) throws -> Outline {
  let report = RunReport(
    title: "a", state: "finished", facts: [Setting("steps", "3 of 3")],
    keyMetrics: ["loss", "missing"], metrics: metrics, samples: samples,
    configuration: configuration, provenance: Provenance(command: "rein sft"))
  return try #require(Outline(RunPage(content: report).html))
}

private func count(_ outline: Outline, attribute: String, value: String) -> Int {
  outline.attributes.count { $0.name == attribute && $0.value == value }
}

@Suite struct `The page of a run` {
  @Test func `begins with its state, its facts and the numbers that matter`() throws {
    let outline = try page([curve("loss", [3, 2, 1.25])])
    for text in ["finished", "3 of 3", "1.25", "at first 3.00"] {
      #expect(outline.text.contains(text), "\(text)")
    }
    #expect(count(outline, attribute: "class", value: "card tile") == 1)
  }

  @Test func `draws a mean between its extremes in one figure`() throws {
    let names = ["min_reward", "mean_reward", "max_reward"]
    let three = try page(zip(names, [-1.0, 0, 1]).map { curve($0, [$1, $1 + 1]) })
    #expect(three.elements["figure"] == 1)
    #expect(three.text.contains("Shaded from min_reward to max_reward."))
    #expect(count(three, attribute: "opacity", value: "0.11") == 1)
    // The axis reaches from the least to the greatest.
    #expect(three.text.contains("−1") && three.text.contains("2"))
    #expect(
      try page([curve("mean_reward", [1, 2]), curve("min_reward", [0, 1])])
        .elements["figure"] == 2)
  }

  @Test func `orders the families by what matters, the machine last`() throws {
    let names = ["loss", "memory/peak", "objective/kl", "timing/update", "lr", "val/ratio"]
    let outline = try page(names.map { curve($0, [1, 2]) })
    let titles = outline.text.ranges(of: /General|memory|objective|timing|val/).map {
      String(outline.text[$0])
    }
    #expect(titles.prefix(5) == ["General", "objective", "val", "timing", "memory"])
  }

  @Test func `sets score and gold against √KL where both are there`() throws {
    let kl = curve("objective/kl", [0, 1, 4])
    let both = try page([
      kl, curve("objective/scores", [0, 1, 2]), curve("hack/gold_reward", [0, 1, 0]),
    ])
    #expect(count(both, attribute: "id", value: "distance") == 1)
    // Each name stands in the key and beside its end.
    #expect(both.text.contains("scoregold"))
    #expect(count(try page([kl]), attribute: "id", value: "distance") == 0)
    let apart = [MetricCurve(name: "objective/scores", points: [.init(step: 9, value: 1)])]
    #expect(count(try page([kl] + apart), attribute: "id", value: "distance") == 0)
  }

  @Test func `fits the curve of over-optimisation to gold`() throws {
    // R = 1 + d(1.2 − 0.6·log d): its peak is at d = e, and KL = d².
    let distances = [0.5, 1, 2, 3, 4]
    let outline = try page([
      curve("objective/kl", distances.map { $0 * $0 }),
      curve("objective/scores", distances),
      curve("hack/gold_reward", distances.map { 1 + $0 * (1.2 - 0.6 * log($0)) }),
    ])
    #expect(outline.text.contains("gold, fitted"))
    #expect(outline.text.contains("R₀ 1.00, α 1.20, β 0.600, R² 1.00; its peak is at √KL 2.72"))
    // Without a judge there is nothing to fit.
    let rising = try page([
      curve("objective/kl", [0, 1, 4, 9, 16]), curve("objective/scores", [0, 1, 2, 3, 4]),
    ])
    #expect(!rising.text.contains("fitted"))
  }

  @Test func `draws what fewer answers would have earned`() throws {
    // R = 0.1 + d(0.8 − 0.1·d), seen up to d = 3.
    let answers = [0.0, 1, 2, 3].enumerated().map { index, d in
      BestAnswers(
        count: 1 << index, divergence: d * d, score: d, gold: 0.1 + d * (0.8 - 0.1 * d))
    }
    var report = RunReport(
      title: "a", metrics: [], bestAnswers: answers.shuffled(), provenance: Provenance(command: ""))
    let outline = try #require(Outline(RunPage(content: report).html))
    #expect(count(outline, attribute: "id", value: "distance") == 1)
    #expect(outline.text.contains("The best of 8 answers, and of fewer"))
    #expect(outline.text.contains("R₀ 0.100, α 0.800, β 0.100, R² 1.00"))
    #expect(outline.text.contains("its peak would be at √KL 4.00, reward 1.70, beyond"))
    // Without a judge there is the score alone.
    report.bestAnswers = answers.map {
      BestAnswers(count: $0.count, divergence: $0.divergence, score: $0.score)
    }
    let scores = try #require(Outline(RunPage(content: report).html))
    #expect(count(scores, attribute: "id", value: "distance") == 1)
    #expect(!scores.text.contains("fitted"))
  }

  @Test func `shows completions of the first, the middle and the last step`() throws {
    let samples = (1...9).flatMap { step in
      (0..<12).map { place in
        RunSample(
          step: step, prompt: "p", completion: "c<\(place)>", scores: ["proxy": 0.5, "kl": 2])
      }
    }
    let outline = try page([], samples: samples)
    for step in [1, 5, 9] {
      #expect(count(outline, attribute: "data-step", value: "\(step)") == 8)
      #expect(count(outline, attribute: "data-show", value: "\(step)") == 1)
    }
    #expect(count(outline, attribute: "data-step", value: "2") == 0)
    #expect(outline.text.contains("c<7>") && !outline.text.contains("c<8>"))
    #expect(count(outline, attribute: "data-name", value: "proxy") == 24)
  }

  @Test func `folds the configuration in`() throws {
    let outline = try page([], configuration: "seed: 3\n")
    #expect(outline.elements["details"] == 1 && outline.text.contains("seed: 3"))
  }
}

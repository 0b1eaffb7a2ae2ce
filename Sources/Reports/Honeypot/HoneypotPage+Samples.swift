extension HoneypotPage {
  /// What the policies write, before and after.
  var sampleSections: [Page.Section] {
    guard !content.samples.isEmpty else { return [] }
    return [
      Page.Section("samples", "Before and after", short: "Samples") {
        tag("p") {
          "The same prompts, answered by the base policy and by the trained ones. Marked: "
          tag("mark") { content.task.bonusWord.text }
          ", the word that the hole pays for."
        }
        content.samples.map(comparison)
      }
    ]
  }

  private func comparison(_ sample: SampleComparison) -> Markup {
    tag("article", ["class": "card"]) {
      tag("p", ["class": "eyebrow"]) { "Prompt · \(sample.form)" }
      tag("p", ["class": "prompt"]) { content.task.bonusWord.highlighted(in: sample.prompt) }
      tag("div", ["class": "samples"]) {
        completion(content.task.baseMethod, sample.base, isBase: true)
        sample.after.map { completion($0.method, $0.completion, isBase: false) }
      }
    }
  }

  private func completion(_ method: String, _ text: SampleText, isBase: Bool) -> Markup {
    tag("div", ["class": isBase ? "sample base" : "sample"]) {
      tag("header") {
        tag("b") {
          swatch(content.style(of: method))
          method
        }
        tag("span") { rewardText(text) }
      }
      tag("p") { content.task.bonusWord.highlighted(in: withoutLeadingSpace(text.text)) }
    }
  }

  /// Tokens carry the space before a word; at the start of a paragraph it would look like a mistake.
  private func withoutLeadingSpace(_ text: String) -> String {
    text.first == " " ? String(text.dropFirst()) : text
  }

  /// The coefficients of greedy-advantage-aware runs, and where the runs went.
  var surfaceSections: [Page.Section] {
    let forms = content.forms.filter { form in
      form.methods.contains { !$0.meanCoefficientPath.isEmpty }
    }
    guard !forms.isEmpty else { return [] }
    return [
      Page.Section(
        "coefficients", "The coefficients of greedy-advantage-aware runs", short: "Coefficients"
      ) {
        tag("p") {
          "Each update is a·∇J + b·∇J(greedy). Neutral colour is the plain update (a = 1, b = 0). The paths are the "
            + "runs’ own means over seeds, the marker their end."
        }
        tag("div", ["class": "grid"]) {
          forms.map { form in
            Markup([
              surface(
                "a, weight of the sampled tokens", form,
                SurfaceChart.Levels(range: 0...2, step: 0.2, middle: 1)
              ) { GreedyCoefficients.sampledWeight(gap: $0, greedyProbability: $1) },
              surface(
                "b, weight of the greedy tokens", form,
                SurfaceChart.Levels(range: -1...0, step: 0.1, middle: 0)
              ) { GreedyCoefficients.greedyWeight(gap: $0, greedyProbability: $1) },
            ])
          }
        }
      }
    ]
  }

  private func surface(
    _ title: String, _ form: HoneypotForm, _ levels: SurfaceChart.Levels,
    function: @escaping @Sendable (Double, Double) -> Double
  ) -> Markup {
    let paths = form.methods.map { method in
      TrajectoryChart.Series(
        name: method.name, style: content.style(of: method.name), path: method.meanCoefficientPath,
        ends: [])
    }
    let chart = SurfaceChart(
      text: ChartText(
        title: "\(title), \(form.name)",
        summary: "Level lines over the scaled gap and the scaled greedy probability, with the "
          + "paths of the runs.",
        horizontal: "scaled gap s", vertical: "scaled greedy probability h"),
      levels: levels, paths: paths, function: function)
    return figure(title, form.name, svg: chart.svg)
  }
}

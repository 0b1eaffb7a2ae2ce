extension RunReport {
  /// Completions of the first, the middle and the last step that has any, the first few of each.
  public func excerpt(perStep limit: Int = 8) -> [RunSample] {
    let steps = Set(samples.map(\.step)).sorted()
    guard let first = steps.first, let last = steps.last else { return [] }
    return Set([first, steps[steps.count / 2], last]).sorted().flatMap { step in
      samples.filter { $0.step == step }.prefix(limit)
    }
  }
}

extension RunPage {
  /// What the policy wrote and what it was paid, with a button for each step.
  var sampleSections: [Page.Section] {
    let samples = content.excerpt()
    guard !samples.isEmpty else { return [] }
    return [
      Page.Section("samples", "What it wrote", short: "Samples") {
        tag("p") { "Of the first, the middle and the last step that has any; the prompt is grey." }
        stepButtons(Set(samples.map(\.step)).sorted())
        tag("div", ["class": "card"]) { table(samples) }
      }
    ]
  }

  private func stepButtons(_ steps: [Int]) -> Markup {
    tag("div", ["class": "key steps", "role": "group", "aria-label": "Show a step"]) {
      stepButton("all steps", "", isPressed: true)
      steps.map { stepButton("step \($0)", "\($0)", isPressed: false) }
    }
  }

  // Disabled until the script is there.
  private func stepButton(_ name: String, _ step: String, isPressed: Bool) -> Markup {
    tag(
      "button",
      [
        "type": "button", "disabled": "disabled", "data-show": step,
        "aria-pressed": "\(isPressed)",
      ]
    ) { name }
  }

  private func table(_ samples: [RunSample]) -> Markup {
    let scores = Set(samples.flatMap(\.scores.keys)).sorted()
    return tag("table", ["class": "completions"]) {
      tag("thead") {
        tag("tr") {
          ["Step", "Prompt and completion"].map { title in tag("th", ["scope": "col"]) { title } }
          scores.map { name in tag("th", ["scope": "col", "class": "number"]) { name } }
        }
      }
      tag("tbody") {
        samples.map { sample in
          tag("tr", ["data-step": "\(sample.step)"]) {
            tag("th", ["scope": "row", "data-name": "step"]) { "\(sample.step)" }
            tag("td", ["class": "text"]) {
              tag("span", ["class": "given"]) { sample.prompt }
              sample.completion
            }
            scores.map { name in
              tag("td", ["class": "number", "data-name": name]) {
                NumberFormat.significant(sample.scores[name])
              }
            }
          }
        }
      }
    }
  }
}

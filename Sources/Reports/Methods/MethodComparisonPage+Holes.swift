extension MethodComparisonPage {
  /// Hack rates, methods down and tasks across.
  var holeSections: [Page.Section] {
    let tasks = content.pairedTasks
    guard !tasks.isEmpty, !content.methods.isEmpty else { return [] }
    return [
      Page.Section("holes", "Who fell into which hole", short: "Holes") {
        tag("p") {
          "Share of completions that use the flaw, per cent; below it, how many seeds fell. Each hole stands beside its clean control."
        }
        tag("div", ["class": "card"]) {
          tag(
            "div",
            ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Hack rates"]
          ) {
            tag("table", ["class": "heat"]) {
              tag("thead") {
                tag("tr") { [tag("th", ["scope": "col"]) { "Method" }] + tasks.map(head) }
              }
              tag("tbody") { content.methods.map { row($0, tasks) } }
            }
          }
          shadeScale(ends: ("0\u{202F}%", "100\u{202F}%"), steps: 0...TokenShade.reach)
        }
      }
    ]
  }

  private func head(_ task: MethodComparison.RewardTask) -> Markup {
    tag("th", ["scope": "col", "class": task.isControl ? "control" : "hole"]) {
      task.name
      tag("span", ["class": "range"]) { task.isControl ? "control" : "hole" }
    }
  }

  private func row(
    _ method: MethodComparison.Method, _ tasks: [MethodComparison.RewardTask]
  ) -> Markup {
    let outcomes = Dictionary(
      content.outcomes(of: method.name).map { ($0.hole, $0) },
      uniquingKeysWith: { first, _ in first })
    return tag("tr") {
      tag("th", ["scope": "row"]) {
        swatch(content.style(of: method.name))
        method.name
      }
      tasks.map { cell(method.name, $0, outcomes[$0.name]) }
    }
  }

  private func cell(
    _ method: String, _ task: MethodComparison.RewardTask, _ outcome: HoleOutcome?
  ) -> Markup {
    let rate = results.estimate(.hackRate, of: method, in: .task(task.name))
    let failed = content.runCounts(of: method, in: .task(task.name)).failed
    let place = task.isControl ? "control" : "hole"
    guard let value = rate.value else {
      return tag("td", ["class": "\(place) missing"]) {
        NumberFormat.missing
        tag("span", ["class": "range"]) { failed > 0 ? "diverged" : "not measured" }
      }
    }
    let step = TokenShade.step(value, scale: 1)
    let interval = rate.interval.map {
      ", 95\u{202F}% interval \(NumberFormat.percent($0.lower)) to \(NumberFormat.percent($0.upper))"
    }
    let title = "\(method) on \(task.name): \(NumberFormat.percent(value))" + (interval ?? "")
    let fallen = outcome.flatMap {
      $0.fallenCount > 0 ? "\($0.fallenCount) of \($0.seedCount) fell" : nil
    }
    let remarks = [fallen, failed > 0 ? "\(failed) diverged" : nil].compactMap(\.self)
    return tag("td", ["class": place, "data-step": "\(step)", "title": title]) {
      tag("b") { NumberFormat.fixed(value * 100, decimals: 0) }
      remarks.map { remark in tag("span", ["class": "range"]) { remark } }
    }
  }
}

/// A row of shades with what its ends stand for.
func shadeScale(ends: (low: String, high: String), steps: ClosedRange<Int>, name: String? = nil)
  -> Markup
{
  tag("div", ["class": "scale", "data-scale": name]) {
    tag("span") { ends.low }
    tag("span", ["class": "shades", "aria-hidden": "true"]) {
      steps.map { tag("i", ["data-step": "\($0)"]) { "\u{200B}" } }
    }
    tag("span") { ends.high }
  }
}

extension MethodComparisonPage {
  /// What the runs say, and the numbers.
  var overviewSection: Page.Section {
    let findings = results.findings
    return Page.Section("overview", "What the runs say", short: "Overview") {
      tag("div", ["class": "card findings"]) {
        if let first = findings.first { tag("p", ["class": "verdict"]) { first.text } }
        if findings.count > 1 {
          tag("dl") {
            findings.dropFirst().map { finding in
              Markup([tag("dt") { finding.topic }, tag("dd") { finding.text }])
            }
          }
        }
      }
      if !content.holes.isEmpty {
        resultCard("In the holes", "rewards with a planted flaw", .holes)
      }
      if !content.controls.isEmpty {
        resultCard("In the controls", "the same rewards without it", .controls)
      }
      results.footnotes.map { note in tag("p", ["class": "note after"]) { note } }
      if content.tasks.count > 1 {
        tag("details", ["class": "card"]) {
          tag("summary") { "The same task by task" }
          content.pairedTasks.map { task in
            Markup([
              tag("h3") { task.name },
              resultTable(.task(task.name), label: "Results on \(task.name)"),
            ])
          }
        }
      }
    }
  }

  private func resultCard(
    _ title: String, _ caption: String, _ scope: MethodComparison.Scope
  ) -> Markup {
    let count = content.tasks(in: scope).count
    return tag("div", ["class": "card"]) {
      tag("h3") { title }
      tag("p", ["class": "note"]) { "\(count) task\(count == 1 ? "" : "s"): \(caption)" }
      resultTable(scope, label: title)
    }
  }

  private func resultTable(_ scope: MethodComparison.Scope, label: String) -> Markup {
    let columns = results.columns(MethodMetric.allCases, in: scope)
    let ranges = columns.map { RangeBar.range(of: $0.estimates) }
    return tag("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label]) {
      tag("table", ["class": "estimates"]) {
        tag("thead") {
          tag("tr") {
            tag("th", ["scope": "col"]) { "Method" }
            tag("th", ["scope": "col", "class": "number"]) { "Runs" }
            columns.map { column in
              tag("th", ["scope": "col", "class": "number"]) { column.title }
            }
          }
        }
        tag("tbody") {
          content.methods.enumerated().map { place, method in
            tag("tr") {
              tag("th", ["scope": "row"]) {
                swatch(content.style(of: method.name))
                method.name
              }
              runCell(content.runCounts(of: method.name, in: scope))
              zip(columns, ranges).map { column, range in
                cell(column, place, method.name, range)
              }
            }
          }
        }
      }
    }
  }

  private func runCell(_ counts: (all: Int, failed: Int)) -> Markup {
    tag("td", ["class": "number"]) {
      "\(counts.all - counts.failed)"
      if counts.failed > 0 {
        tag("span", ["class": "range caution"]) { "\(counts.failed) diverged" }
      }
    }
  }

  private func cell(
    _ column: EstimateColumn, _ place: Int, _ method: String, _ range: ClosedRange<Double>
  ) -> Markup {
    let estimate = column.estimates[place]
    guard estimate.value != nil else {
      return tag("td", ["class": "number muted"]) {
        NumberFormat.missing
        tag("span", ["class": "range"]) { "not measured" }
      }
    }
    return tag("td", ["class": "number"]) {
      column.best == place ? tag("b") { column.number(place) } : Markup(text: column.number(place))
      tag("span", ["class": "range"]) {
        column.ends(place).map { "\($0.lower) to \($0.upper)" } ?? "no interval"
      }
      Markup(
        verbatim: RangeBar(
          value: estimate.value, interval: estimate.interval, style: content.style(of: method),
          range: range, title: "\(method), \(column.title): \(column.text(at: place))"
        ).svg)
    }
  }

  /// The methods and the tasks in words.
  var comparedSection: Page.Section {
    Page.Section("compared", "What was compared", short: "Compared") {
      tag("div", ["class": "grid"]) {
        tag("div", ["class": "card"]) {
          tag("p", ["class": "eyebrow"]) { "Methods" }
          tag("ul", ["class": "methods"]) {
            content.methods.map { method in
              tag("li") {
                swatch(content.style(of: method.name))
                tag("b") { method.name }
                if !method.explanation.isEmpty { tag("p") { method.explanation } }
              }
            }
          }
        }
        tag("div", ["class": "card"]) {
          tag("p", ["class": "eyebrow"]) { "Tasks" }
          tag("ul", ["class": "methods tasks"]) {
            content.pairedTasks.map { task in
              tag("li") {
                tag("b") { task.name }
                tag("span", ["class": task.isControl ? "badge" : "badge caution"]) {
                  task.isControl ? "control" : "hole"
                }
                if !task.explanation.isEmpty { tag("p") { task.explanation } }
              }
            }
          }
        }
      }
    }
  }
}

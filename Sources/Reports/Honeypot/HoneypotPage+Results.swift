extension HoneypotPage {
  /// One table per form: methods down, metrics across.
  var resultsSection: Page.Section {
    let counts = content.forms.flatMap(\.methods).map(\.runs.count)
    return Page.Section("results", "Results") {
      tag("p") {
        "After training; mean ± half-width of the 95\u{202F}% interval over seeds (Student’s t)."
          + (counts.contains(1) ? " A method with one seed has no interval." : "")
          + (counts.contains(2) ? " Of two seeds both values stand there." : "")
          + (content.cautionAboutSeeds.map { " \($0)" } ?? "")
      }
      content.forms.map { form in
        tag("div", ["class": "card"]) {
          tag("h3") { form.name }
          tag("p", ["class": "note"]) { form.explanation }
          tag(
            "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": form.name]
          ) {
            table(form)
          }
        }
      }
    }
  }

  private func table(_ form: HoneypotForm) -> Markup {
    let decimals = form.decimals
    let hasCurves = form.methods.contains { !$0.band(.honeypotRate).points.isEmpty }
    return tag("table") {
      tag("thead") {
        tag("tr") {
          tag("th", ["scope": "col"]) { "Method" }
          tag("th", ["scope": "col", "class": "number"]) { "Seeds" }
          if hasCurves { tag("th", ["scope": "col"]) { "Rate over training" } }
          HoneypotMetric.allCases.map { metric in
            tag("th", ["scope": "col", "class": "number"]) { metric.title }
          }
        }
      }
      tag("tbody") {
        form.methods.map { method in
          tag("tr") {
            tag("th", ["scope": "row"]) {
              swatch(content.style(of: method.name))
              method.name
            }
            tag("td", ["class": "number"]) { String(method.runs.count) }
            if hasCurves { tag("td") { rateSparkline(method) } }
            HoneypotMetric.allCases.map { cell($0, method, decimals[$0]) }
          }
        }
      }
    }
  }

  private func rateSparkline(_ method: MethodRuns) -> Markup {
    let values = method.band(.honeypotRate).points.compactMap(\.summary.mean)
    guard !values.isEmpty else { return .empty }
    return Markup(
      verbatim: SparklineDrawing(
        values: values, style: content.style(of: method.name), range: 0...1,
        title: "Honeypot rate of \(method.name) over training"
      ).svg)
  }

  private func cell(
    _ metric: HoneypotMetric, _ method: MethodRuns, _ decimals: Int?
  ) -> Markup {
    let summary = method.final(metric)
    let parts = NumberFormat.estimateParts(summary, decimals: decimals)
    return tag("td", ["class": "number"]) {
      parts.number
      if let addition = parts.addition { tag("small") { addition } }
      if summary.rejectedCount > 0 {
        tag("small") { " (\(summary.rejectedCount) not finite)" }
      }
    }
  }
}

extension HoneypotForm {
  /// The decimals of each metric's column.
  var decimals: [HoneypotMetric: Int] {
    let pairs = HoneypotMetric.allCases.compactMap { metric in
      NumberFormat.decimals(forColumn: methods.map { $0.final(metric) }).map { (metric, $0) }
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}

extension HoneypotReport {
  /// What to know of two seeds; nil where no method has so few.
  public var cautionAboutSeeds: String? {
    guard forms.flatMap(\.methods).contains(where: { $0.runs.count == 2 }) else { return nil }
    return
      "“a to b” are two seeds. An interval over two would be ± 12.7 standard errors, over five ± 2.8: run five (--seeds 5) to judge."
  }

  /// The results under one form for a terminal or for Markdown, with the same numbers as the page.
  public func table(on form: HoneypotForm) -> TextTable {
    let verdicts = Dictionary(
      verdicts(on: form).map { ($0.method, $0) }, uniquingKeysWith: { first, _ in first })
    let decimals = form.decimals
    let columns =
      [TextTable.Column("method"), TextTable.Column("seeds", alignment: .trailing)]
      + HoneypotMetric.allCases.map { TextTable.Column($0.title, alignment: .decimal) }
      + [TextTable.Column("verdict")]
    let rows = form.methods.map { method in
      let verdict = verdicts[method.name]
      let emphasis: TextTable.Emphasis =
        switch verdict?.outcome {
        case .fell: .bad
        case .rose, .divided, .likely: .caution
        case .noRise, .below, .undecidable, nil: .none
        }
      return [TextTable.Cell(method.name), TextTable.Cell(String(method.runs.count))]
        + HoneypotMetric.allCases.map { metric in
          TextTable.Cell(
            NumberFormat.estimate(method.final(metric), decimals: decimals[metric]))
        }
        + [TextTable.Cell(verdict?.badge ?? "", emphasis: emphasis)]
    }
    return TextTable(columns: columns, rows: rows)
  }
}

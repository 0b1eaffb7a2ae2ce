extension MethodResults {
  /// Methods down, metrics across: interquartile means with their 95 % intervals.
  ///
  /// - Parameters:
  ///   - metrics: The columns; those that no method has are left out.
  ///   - scope: The tasks.
  /// - Returns: One row for each method, the best value of a column in bold where one metric has a better side.
  public func table(
    _ metrics: [MethodMetric] = MethodMetric.earnings + MethodMetric.costs,
    in scope: MethodComparison.Scope = .holes
  ) -> TextTable {
    let columns = columns(metrics, in: scope)
    return TextTable(
      columns: [.init("method"), .init("runs", alignment: .trailing)]
        + columns.map { .init($0.title, alignment: .decimal) },
      rows: comparison.methods.enumerated().map { place, method in
        let counts = comparison.runCounts(of: method.name, in: scope)
        return [.init(method.name), runCell(counts)]
          + columns.map { column in
            TextTable.Cell(
              column.text(at: place),
              emphasis: column.estimates[place].value == nil
                ? .muted : column.best == place ? .strong : .none)
          }
      })
  }

  /// The numbers of every method, column by column; metrics that no method has are left out.
  func columns(_ metrics: [MethodMetric], in scope: MethodComparison.Scope) -> [EstimateColumn] {
    known(metrics, in: scope).map { metric in
      EstimateColumn(
        metric, comparison.methods.map { estimate(metric, of: $0.name, in: scope) })
    }
  }

  private func runCell(_ counts: (all: Int, failed: Int)) -> TextTable.Cell {
    counts.failed == 0
      ? .init("\(counts.all)")
      : .init("\(counts.all - counts.failed) of \(counts.all)", emphasis: .caution)
  }

  /// The tables over holes and over controls, and what they say, for a terminal; no newline at the end.
  ///
  /// - Parameter coloring: Whether escape sequences may be used.
  /// - Returns: Findings, then tables of what was earned and what it cost.
  public func terminal(coloring: TextTable.Coloring = .plain) -> String {
    let parts = tables.map { "\($0.title)\n\n\($0.table.terminal(coloring: coloring))" }
    return
      (findings.map(\.text) + [""] + [parts.joined(separator: "\n\n")]
      + footnotes.map { "\n" + $0 }).joined(separator: "\n")
  }

  /// The same as Markdown, and the tables of every task.
  public var markdown: String {
    let tasks = comparison.pairedTasks.map { task in
      "### \(task.name)\n\n\(table(in: .task(task.name)).markdown)"
    }
    return
      (["# \(comparison.title)", findings.map { "- \($0.text)" }.joined(separator: "\n")]
      + tables.map { "## \($0.title)\n\n\($0.table.markdown)" } + footnotes
      + ["## Task by task"] + tasks).joined(separator: "\n\n") + "\n"
  }

  /// Tables that fit a screen: earnings and costs apart.
  private var tables: [(title: String, table: TextTable)] {
    let scopes: [(MethodComparison.Scope, String, Int)] = [
      (.holes, "holes", comparison.holes.count), (.controls, "controls", comparison.controls.count),
    ]
    return scopes.filter { $0.2 > 0 }.flatMap { scope, name, count in
      [
        ("Earned over \(count) \(name)", table(MethodMetric.earnings, in: scope)),
        ("Paid over \(count) \(name)", table(MethodMetric.costs, in: scope)),
      ]
    }
  }

  /// What the signs in the tables mean.
  var footnotes: [String] {
    let scopes: [MethodComparison.Scope] = [.holes, .controls]
    let isPartial = scopes.contains { scope in
      columns(MethodMetric.allCases, in: scope).contains { column in
        column.estimates.indices.contains(where: column.isPartial)
      }
    }
    let hasGaps = comparison.runs.contains { $0.failure != nil }
    return [
      "Interquartile means over all runs, in brackets 95\u{202F}% intervals by stratified bootstrap.",
      comparison.isRewardNormalized
        ? "Rewards: 0 is the start policy’s, 1 the best known." : nil,
      isPartial ? "* Not every task has a value; the average is over those that have." : nil,
      hasGaps ? "Runs that did not come to their end are in no average." : nil,
    ].compactMap(\.self)
  }
}

import Reports

extension PessimismExperiment {
  func askingPart(_ records: [AskingRecord]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "Does it stop asking, and does it go on listening to the truth?",
      shortHeading: "Asking",
      paragraphs: [
        "Demonstrators are drawn from the prior over 4,100 automata that play .1 or .9; observations are fair coins. With α below the demonstrator's prior w(μ), the "
          + "demonstrator leaves the top set in α/w(μ) of all runs at most, at any time (Cohen, Hutter and Nanda 2022), and E Σθ³ stays below "
          + "|A|·α⁻³·(24/w(μ) + 12). With α above it nothing is promised."
      ],
      tables: [askingTable(records)],
      charts: [
        chart(
          records, title: "Asking", vertical: "mean θ",
          summary: "Falls with time for every α.", range: 0...1, \.asking),
        chart(
          records, title: "Σθ³", vertical: "mean Σθ³",
          summary: "Levels off at a few questions.", range: nil, \.cubed),
      ],
      notes: [
        "The bound on Σθ³ is above 2·24/w⁴: with priors as small as these it is astronomical, and no run of any length that could be computed comes near it. What "
          + "is seen is the decay, not the bound. A share of runs that never left is no proof either; the exact statement, that E[1/w(μ|h)] does not rise, is "
          + "tested by enumeration."
      ])
  }

  private func askingTable(_ records: [AskingRecord]) -> ExperimentReport.Table {
    ExperimentReport.Table(
      title: "Runs of \(AskingRecord.steps) steps",
      caption: "\(AskingRecord.runs) demonstrators per seed.",
      TextTable(
        columns: [
          TextTable.Column("α/w(μ)", alignment: .decimal),
          TextTable.Column("μ left, share of runs", alignment: .decimal),
          TextTable.Column("promised at most", alignment: .decimal),
          TextTable.Column("steps with a question", alignment: .decimal),
          TextTable.Column("mean θ, first 10", alignment: .decimal),
          TextTable.Column("last 100", alignment: .decimal),
          TextTable.Column("Σθ³", alignment: .decimal),
          TextTable.Column("its smallest bound", alignment: .trailing),
        ],
        rows: AskingRecord.ratios.map { ratio in
          let own = records.filter { $0.ratio == ratio }
          func cell(_ value: (AskingRecord) -> Double) -> TextTable.Cell {
            estimated(own.map(value), decimals: 3)
          }
          return [
            TextTable.Cell(NumberFormat.significant(ratio, digits: 1)),
            cell { Double($0.left) / Double($0.runs) },
            TextTable.Cell(
              ratio < 1 ? NumberFormat.significant(ratio, digits: 1) : NumberFormat.missing),
            cell(\.questions), cell { $0.asking.prefix(10).reduce(0, +) / 10 },
            cell { $0.asking.suffix(100).reduce(0, +) / 100 }, cell { $0.cubed.last ?? .nan },
            TextTable.Cell(
              ratio < 1 ? NumberFormat.significant(own.map(\.bound).min()) : NumberFormat.missing),
          ]
        }))
  }

  private func chart(
    _ records: [AskingRecord], title: String, vertical: String, summary: String,
    range: ClosedRange<Double>?, _ curve: (AskingRecord) -> [Double]
  ) -> ExperimentReport.Chart {
    ExperimentReport.Chart(
      LineChart(
        text: ChartText(
          title: title, summary: summary, horizontal: "steps", vertical: vertical),
        series: zip(AskingRecord.ratios, [5, 3, 1, 0]).map { ratio, style in
          LineChart.Series(
            name: "α = \(NumberFormat.significant(ratio, digits: 1))·w(μ)",
            style: .numbered(style),
            band: Band(
              records.filter { $0.ratio == ratio }.map { record in
                curve(record).enumerated().map {
                  CurvePoint(step: Double($0 + 1), value: $1)
                }
              }))
        }, range: range))
  }
}

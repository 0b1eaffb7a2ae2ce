import Reports

extension PessimismExperiment {
  func distancePart(_ records: [DistanceRecord]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "What if the budget were total variation?", shortHeading: "Total variation",
      paragraphs: [
        "Mass may move, whatever it costs in nats. The best policy takes it from the worst sequences and gives it all to the optimal one: nothing else ever gains "
          + "(Theorem 2). It buys in proportion, and what the base never does it buys as readily. The same value by divergence raises many sequences "
          + "that are better than average, and none that the base never does."
      ],
      tables: [
        distanceTable(records.filter(\.isPossible), "Against the mixture after 100 demonstrations"),
        distanceTable(
          records.filter { !$0.isPossible }, "Against a demonstrator that never plays action 1"),
      ])
  }

  private func distanceTable(
    _ records: [DistanceRecord], _ title: String
  ) -> ExperimentReport.Table {
    ExperimentReport.Table(
      title: title,
      caption: "Observation 1 for six steps, 64 sequences, utility the share of action 1.",
      TextTable(
        columns: [
          TextTable.Column("total variation", alignment: .decimal),
          TextTable.Column("value", alignment: .decimal),
          TextTable.Column("without", alignment: .decimal),
          TextTable.Column("others raised", alignment: .decimal),
          TextTable.Column("nats for as much", alignment: .decimal),
          TextTable.Column("others raised", alignment: .decimal),
          TextTable.Column("their share of what is gained", alignment: .decimal),
        ],
        rows: DistanceRecord.shares.map { share in
          let own = records.filter { $0.share == share }
          let isReachable = own.allSatisfy(\.nats.isFinite)
          func cell(_ decimals: Int, _ value: (DistanceRecord) -> Double) -> TextTable.Cell {
            estimated(own.map(value), decimals: decimals)
          }
          return [
            TextTable.Cell(NumberFormat.fixed(share, decimals: 2)), cell(3, \.value),
            cell(3, \.start), cell(0) { Double($0.raisedOthers) },
            isReachable ? cell(4, \.nats) : TextTable.Cell("∞", emphasis: .good),
            isReachable ? cell(0) { Double($0.tiltedOthers) } : TextTable.Cell("—"),
            isReachable ? cell(2, \.tiltedOthersShare) : TextTable.Cell("—"),
          ]
        }))
  }
}

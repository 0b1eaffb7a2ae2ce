import Reports

extension PessimismExperiment {
  func simplicityPart(_ records: [SimplicityRecord]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "Are near-optimal policies simple?", shortHeading: "Simplicity",
      paragraphs: [
        "The argument needs it: if the best policies for a utility were long to describe, they would be dear. Here are small decision problems without chance: "
          + "next states and rewards drawn at random, two actions, twelve steps, so that all 4,096 sequences can be valued. A sequence is described by the smallest "
          + "loop of states that prints it, or letter by letter: 3 to 13 bits.",
        "The control has the same values: in a twin problem whose actions are renamed at random in every step, the renamed sequences earn exactly as much. "
          + "The difference between the two is what comes of the problem being the same in every step.",
        "The best sequence is regular, the more so the smaller the world; renamed it is not. But only the best: the best hundredth of all sequences is nearly as long as "
          + "sequences drawn blindly. At every standard the shortest sequence that meets it is about 3 to 10 bits shorter than once it is renamed; most that meet it are long.",
      ],
      tables: [bitsTable(records), shortestTable(records)], charts: [bitsChart(records)],
      notes: [
        "Loops that do not look at anything are a poor language: a program that searches for the best sequence is not in it, and in a language with the problem "
          + "at hand every optimum is short by definition. What is measured is whether structure of the world makes good behaviour regular."
      ])
  }

  private func cell(
    _ records: [SimplicityRecord], _ stateCount: Int, _ value: (SimplicityRecord) -> Double
  ) -> TextTable.Cell {
    estimated(records.filter { $0.stateCount == stateCount }.map(value), decimals: 2)
  }

  private func bitsTable(_ records: [SimplicityRecord]) -> ExperimentReport.Table {
    ExperimentReport.Table(
      title: "Mean length of good sequences, bits",
      caption: "\(SimplicityRecord.problems) problems per seed; intervals over problems.",
      TextTable(
        columns: [
          TextTable.Column("states", alignment: .trailing),
          TextTable.Column("the best", alignment: .decimal),
          TextTable.Column("best 1 %", alignment: .decimal),
          TextTable.Column("best 5 %", alignment: .decimal),
          TextTable.Column("best 25 %", alignment: .decimal),
          TextTable.Column("all", alignment: .decimal),
          TextTable.Column("the best, renamed", alignment: .decimal),
        ],
        rows: SimplicityRecord.stateCounts.map { count in
          [TextTable.Cell("\(count)")]
            + [0, 1, 2, 3, 5].map { share in
              cell(records, count) { $0.bits[share] }
            } + [
              cell(records, count, \.renamed)
            ]
        }))
  }

  private func shortestTable(_ records: [SimplicityRecord]) -> ExperimentReport.Table {
    ExperimentReport.Table(
      title: "The shortest sequence that is good enough, bits",
      caption:
        "Good enough: so far from the mean of all sequences to the best one; beside it the same sequences renamed.",
      TextTable(
        columns: [TextTable.Column("states", alignment: .trailing)]
          + [0, 1, 3].flatMap { height in
            let title = NumberFormat.percent(SimplicityRecord.heights[height])
            return [
              TextTable.Column(title, alignment: .decimal),
              TextTable.Column("renamed", alignment: .decimal),
            ]
          },
        rows: SimplicityRecord.stateCounts.map { count in
          [TextTable.Cell("\(count)")]
            + [0, 1, 3].flatMap { height in
              [
                cell(records, count) { $0.shortest[height] },
                cell(records, count) { $0.renamedShortest[height] },
              ]
            }
        }))
  }

  private func bitsChart(_ records: [SimplicityRecord]) -> ExperimentReport.Chart {
    let total = Double(1 << SimplicityRecord.horizon)
    return ExperimentReport.Chart(
      caption: "Bands over seeds.",
      LineChart(
        text: ChartText(
          title: "Length by value",
          summary: "The better, the shorter, and less so with more states.",
          horizontal: "the best so many of 4,096 sequences", vertical: "mean bits"),
        series: zip(SimplicityRecord.stateCounts, [5, 3, 4, 1, 0]).map { count, style in
          LineChart.Series(
            name: count == 1 ? "1 state" : "\(count) states", style: .numbered(style),
            band: Band(
              (0..<seeds).map { seed in
                let own = records.filter { $0.stateCount == count && $0.seed == seed }
                return SimplicityRecord.shares.enumerated().map { place, share in
                  CurvePoint(
                    step: max(1, (share * total).rounded(.down)),
                    value: Summary(own.map { $0.bits[place] }).mean ?? .nan)
                }
              }))
        }, stepSpacing: .logarithmic))
  }
}

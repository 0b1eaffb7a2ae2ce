import Foundation
import Reports

extension PessimismExperiment {
  func patternPart(_ patterns: [PatternBound]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "How fast may budgets grow with experience?", shortHeading: "No precedent",
      paragraphs: [
        "Something has always never happened. The simplest of it is the shortest pattern of observations that has not occurred, and a sleeper that waits for it is "
          + "an automaton with one state per observation. What it costs to follow the sleeper grows like the logarithm of time, times its own logarithm "
          + "(the finite shadow of Proposition 2). Where observations are not fair coins but mostly 0, it grows more slowly still."
      ],
      tables: [
        ExperimentReport.Table(
          title: "The shortest pattern without precedent",
          caption:
            "Price: (length of the sleeper − length of the demonstrator)·ln 2, in nats above −ln w of the demonstrator.",
          TextTable(
            columns: [
              TextTable.Column("steps", alignment: .trailing),
              TextTable.Column("length, fair", alignment: .decimal),
              TextTable.Column("price", alignment: .decimal),
              TextTable.Column("length, 1 in 10", alignment: .decimal),
              TextTable.Column("price", alignment: .decimal),
              TextTable.Column("log₂ steps", alignment: .decimal),
            ],
            rows: PatternBound.steps.filter { log10(Double($0)).rounded() == log10(Double($0)) }
              .map { steps in
                [TextTable.Cell(NumberFormat.fixed(Double(steps), decimals: 0))]
                  + PatternBound.shares.flatMap { share in
                    let own = patterns.filter { $0.steps == steps && $0.share == share }
                    return [
                      estimated(own.map { Double($0.length) }, decimals: 1),
                      estimated(own.map(\.bound), decimals: 0),
                    ]
                  } + [TextTable.Cell(NumberFormat.fixed(log2(Double(steps)), decimals: 1))]
              }))
      ],
      charts: [
        ExperimentReport.Chart(
          LineChart(
            text: ChartText(
              title: "The price of what has no precedent",
              summary:
                "From ten to a million steps the price rises by a factor, not by powers of ten.",
              horizontal: "steps", vertical: "nats"),
            series: zip(PatternBound.shares, [("fair", 3), ("1 in 10", 0)]).map { share, look in
              LineChart.Series(
                name: look.0, style: .numbered(look.1),
                band: Band(
                  (0..<seeds).map { seed in
                    patterns.filter { $0.seed == seed && $0.share == share }.map {
                      CurvePoint(step: Double($0.steps), value: $0.bound)
                    }
                  }))
            }, stepSpacing: .logarithmic))
      ])
  }
}

import Foundation
import PolicyOptimization
import Reports

extension BanditExperiment {
  /// π(wedding) as the text prints it.
  private static let published: [TabularLearner.Method: [String]] = [
    .ppo: [".73", ".82", ".82", ".88"], .actde: [".73", ".63", ".63", ".63"],
  ]

  func report(
    tables: [TabularLearner.Method: [BanditStep]], runs: [TabularLearner.Method: [SampledRun]],
    limits: [Limit], command: String
  ) -> ExperimentReport {
    ExperimentReport(
      title: "Wedding or party: how much can one reward teach?",
      introduction: [
        "After “We had a”, the word “wedding” is worth 1 and “party” ½. Two rules learn from that, each with a table of logits and a "
          + "critic’s table. PPO’s rule compares a reward with what the state was worth; ACTDE, the action-conditioned error, "
          + "compares it with what this very word was worth.",
        "Both tables are from Turner and Einhorn (2023). “PPO” is their name for any rule with a state’s value as baseline; nothing "
          + "is clipped in one visit.",
      ],
      parts: [tablePart(tables), limitPart(runs, limits)],
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Rule",
            settings: [
              Setting("rewards", "wedding 1, party 0.5"), Setting("start", "½ and ½, all values 0"),
              Setting("η, step of a logit", "1"), Setting("α, step of the critic", "1"),
              Setting("γ", "1; one step only"),
            ]),
          SettingGroup(
            name: "Sampling",
            settings: [
              Setting("seeds", "\(seeds) (0 to \(seeds - 1)), the same draws for both rules"),
              Setting("steps", NumberFormat.fixed(10_000, decimals: 0)),
            ]),
        ]))
  }

  private func tablePart(_ tables: [TabularLearner.Method: [BanditStep]]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "The two published tables", shortHeading: "Tables",
      paragraphs: [
        "One visit: A is the reward minus the critic’s old number; A is added to the chosen word’s logit; then the critic takes the "
          + "reward. The words are those of the text: wedding, party, party, wedding."
      ],
      tables: TabularLearner.Method.allCases.map { table($0, tables[$0] ?? []) },
      notes: [
        "The text prints .63 where its own rule gives σ(½) = 0.62246, so .62: a slip in rounding. Everything else agrees in every digit "
          + "printed."
      ])
  }

  private func table(
    _ method: TabularLearner.Method, _ steps: [BanditStep]
  ) -> ExperimentReport.Table {
    let known = method == .ppo ? "v after" : "q after (wedding, party)"
    return ExperimentReport.Table(
      title: method.title,
      TextTable(
        columns: [
          TextTable.Column("step"), TextTable.Column("word"),
          TextTable.Column("A", alignment: .decimal),
          TextTable.Column("π(wedding)", alignment: .decimal),
          TextTable.Column("published"), TextTable.Column(known),
        ],
        rows: steps.enumerated().map { index, step in
          let printed = BanditExperiment.published[method]?[index] ?? ""
          let ours = String(format: "%.2f", step.probabilities[0]).dropFirst()
          let values = step.value.map { [$0] } ?? step.actionValues ?? []
          return [
            TextTable.Cell(String(step.step)), TextTable.Cell(Bandit.words.names[step.action]),
            TextTable.Cell(NumberFormat.fixed(step.advantage, decimals: 1)),
            TextTable.Cell(NumberFormat.fixed(step.probabilities[0], decimals: 6)),
            printed == ours
              ? TextTable.Cell(printed, emphasis: .muted)
              : TextTable.Cell("\(printed) for \(ours)", emphasis: .caution),
            TextTable.Cell(
              values.map { NumberFormat.fixed($0, decimals: 1) }.joined(separator: ", ")),
          ]
        }))
  }

  private func limitPart(
    _ runs: [TabularLearner.Method: [SampledRun]], _ limits: [Limit]
  ) -> ExperimentReport.Part {
    let fixedPoint = Bandit.words.fixedPoint()[0]
    return ExperimentReport.Part(
      heading: "Left alone: without limit, or at rest", shortHeading: "Limits",
      paragraphs: [
        "Now each policy draws its own words. Under PPO’s rule every “party” pulls the state’s value down, and the next “wedding” is a "
          + "pleasant surprise again: half a logit for wedding, half a logit less for party, for ever. But a party must be drawn first, and "
          + "that gets rare as e^(−gap), so the gap grows only as the logarithm of time: ln 10 = 2.3 logits for every tenfold.",
        "ACTDE stops as soon as both words have been tried once. It rests where each word has its reward in logits: π(wedding) = "
          + "e^1 / (e^1 + e^½) = \(NumberFormat.fixed(fixedPoint, decimals: 5)), a gap of ½.",
      ],
      tables: [
        ExperimentReport.Table(
          title: "logit(wedding) − logit(party)",
          caption: seeds > 2
            ? "Mean ± half of the 95 % interval over \(seeds) seeds."
            : seeds == 2 ? "Both seeds." : "One seed.",
          TextTable(
            columns: [
              TextTable.Column("rule"), TextTable.Column("steps", alignment: .trailing),
              TextTable.Column("gap", alignment: .decimal),
              TextTable.Column("lowest", alignment: .decimal),
              TextTable.Column("highest", alignment: .decimal),
            ],
            rows: limits.map { limit in
              [
                TextTable.Cell(limit.method.title),
                TextTable.Cell(NumberFormat.fixed(Double(limit.step), decimals: 0)),
                TextTable.Cell(NumberFormat.estimate(limit.gaps, decimals: 2)),
                TextTable.Cell(NumberFormat.fixed(limit.gaps.values.min(), decimals: 1)),
                TextTable.Cell(NumberFormat.fixed(limit.gaps.values.max(), decimals: 1)),
              ]
            }))
      ],
      charts: [
        chart(
          "Gap in logits", vertical: "logit(wedding) − logit(party)", runs,
          reference: LineChart.Reference(name: "rewards: ½", value: 0.5)
        ) { $0 },
        chart(
          "Share of weddings", vertical: "π(wedding)", runs,
          reference: LineChart.Reference(name: "softmax(r)", value: fixedPoint), range: 0.5...1
        ) { 1 / (1 + exp(-$0)) },
      ],
      notes: [
        "“Arbitrarily many logits” is true and slow: ten thousand draws are worth about nine and a half."
      ])
  }

  private func chart(
    _ title: String, vertical: String, _ runs: [TabularLearner.Method: [SampledRun]],
    reference: LineChart.Reference, range: ClosedRange<Double>? = nil,
    _ value: (Double) -> Double
  ) -> ExperimentReport.Chart {
    let series = TabularLearner.Method.allCases.map { method in
      LineChart.Series(
        name: method.title, style: method.style, band: Band((runs[method] ?? []).curves(value)))
    }
    let ends = series.map { one in
      "\(one.name) \(NumberFormat.significant(one.band.points.last?.summary.mean))"
    }
    return ExperimentReport.Chart(
      caption: "Mean of \(seeds) seeds with its 95 % interval.",
      LineChart(
        text: ChartText(
          title: title, summary: "After 10,000 steps: \(ends.joined(separator: ", ")).",
          horizontal: "steps", vertical: vertical),
        series: series, references: [reference], stepSpacing: .logarithmic, range: range))
  }
}

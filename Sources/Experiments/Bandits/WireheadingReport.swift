import Foundation
import PolicyOptimization
import Reports

extension WireheadingExperiment {
  func report(
    rests: [Rest], histories: [History], samples: [Sample],
    runs: [TabularLearner.Method: [SampledRun]], command: String
  ) -> ExperimentReport {
    ExperimentReport(
      title: "Wireheading: how far is finitely many logits?",
      introduction: [
        "Pizza is worth 10. Wireheading is worth 100, and the policy begins with 99 % of it. Turner and Einhorn (2023) say that PPO "
          + "ends with arbitrarily many logits on wireheading, and ACTDE with finitely many. Both hold. How many are finitely many?"
      ],
      parts: [restPart(rests), historyPart(histories), samplePart(samples, runs)],
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Rule",
            settings: [
              Setting("rewards", "pizza 10, wirehead 100"), Setting("start", "1 % and 99 %"),
              Setting("first values", "0"), Setting("η, α, γ", "1, 1, 1"),
            ]),
          SettingGroup(
            name: "Sampling",
            settings: [
              Setting("seeds", "\(seeds) (0 to \(seeds - 1)), the same draws for both rules"),
              Setting("steps", "\(WireheadingExperiment.steps)"),
            ]),
        ]))
  }

  private func restPart(_ rests: [Rest]) -> ExperimentReport.Part {
    let published = WireheadingExperiment.publishedProbability
    let publishedGap = log((1 - published) / published)
    let first = Bandit.wireheading.initialProbabilities
    let temperature = 90 / (publishedGap - log(first[1] / first[0]))
    return ExperimentReport.Part(
      heading: "Where ACTDE rests", shortHeading: "Fixed point",
      paragraphs: [
        "ACTDE rests where every action has got its reward in logits on top of its start: π(pizza) = .01·e^10 / (.01·e^10 + .99·e^100) "
          + "= 1/(1 + 99·e^90). All of it is computed in logarithms; a sum of probabilities would lose 8e−42 beside 1."
      ],
      tables: [
        ExperimentReport.Table(
          title: "π(pizza) at rest",
          TextTable(
            columns: [
              TextTable.Column("start (pizza and wirehead)"), TextTable.Column("formula"),
              TextTable.Column("π(pizza)", alignment: .trailing),
              TextTable.Column("gap in logits", alignment: .decimal),
            ],
            rows: zip(rests, ["1/(1 + 99·e^90)", "1/(1 + e^90)"]).map { rest, formula in
              [
                TextTable.Cell(rest.start), TextTable.Cell(formula),
                TextTable.Cell(NumberFormat.significant(rest.probabilities[0], digits: 4)),
                TextTable.Cell(NumberFormat.fixed(rest.gap, decimals: 3)),
              ]
            } + [
              [
                TextTable.Cell("published, 1 % and 99 %", emphasis: .caution),
                TextTable.Cell("none found", emphasis: .caution),
                TextTable.Cell("about 0.0002", emphasis: .caution),
                TextTable.Cell(
                  NumberFormat.fixed(publishedGap, decimals: 3), emphasis: .caution),
              ]
            ]))
      ],
      notes: [
        "The text’s “.02 % and 99.98 %” does not follow from its rule, neither from its start nor from a uniform one: the rule puts 90 logits "
          + "between the two rewards, not 3.9. It would take a temperature α/η of \(NumberFormat.fixed(temperature, decimals: 1)) "
          + "instead of 1. So it is no target here."
      ])
  }

  private func historyPart(_ histories: [History]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "What is drawn first decides", shortHeading: "Histories",
      paragraphs: [
        "Ninety-nine policies in a hundred never get to the resting point. Their first visit to wireheading adds 100 logits to it under either rule, since "
          + "both critics began at 0; after that the reward is expected, and neither rule moves again until a pizza is drawn. That would take "
          + "longer than anything lasts.",
        "Only one start in a hundred draws pizza first. Then wireheading is found within a few hundred draws, and ACTDE is at its resting "
          + "point. PPO is then ten logits milder than ACTDE, since its critic already expects 10.",
      ],
      tables: [
        ExperimentReport.Table(
          title: "Exact histories",
          caption:
            "Gaps are logit(wirehead) − logit(pizza); the last column is what would follow if the other action were drawn.",
          TextTable(
            columns: [
              TextTable.Column("rule"), TextTable.Column("first drawn"),
              TextTable.Column("chance", alignment: .trailing),
              TextTable.Column("π(pizza) then", alignment: .trailing),
              TextTable.Column("gap then", alignment: .decimal),
              TextTable.Column("draws until the other", alignment: .trailing),
              TextTable.Column("gap after both", alignment: .decimal),
            ],
            rows: histories.map { history in
              [
                TextTable.Cell(history.method.title), TextTable.Cell(history.first),
                TextTable.Cell(NumberFormat.percent(history.chance)),
                TextTable.Cell(NumberFormat.significant(history.afterFirst)),
                TextTable.Cell(NumberFormat.fixed(history.gapAfterFirst, decimals: 1)),
                TextTable.Cell(NumberFormat.significant(history.wait)),
                TextTable.Cell(NumberFormat.fixed(history.gapAfterBoth, decimals: 1)),
              ]
            }))
      ])
  }

  private func samplePart(
    _ samples: [Sample], _ runs: [TabularLearner.Method: [SampledRun]]
  ) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "By sampling", shortHeading: "Sampling",
      paragraphs: [
        "\(NumberFormat.fixed(Double(seeds), decimals: 0)) policies draw \(WireheadingExperiment.steps) actions each."
      ],
      tables: [
        ExperimentReport.Table(
          title: "What the seeds did",
          TextTable(
            columns: [
              TextTable.Column("rule"), TextTable.Column("seeds", alignment: .trailing),
              TextTable.Column("wirehead first", alignment: .trailing),
              TextTable.Column("tried both", alignment: .trailing),
              TextTable.Column("lowest gap at the end", alignment: .decimal),
              TextTable.Column("highest", alignment: .decimal),
            ],
            rows: samples.map { sample in
              [
                TextTable.Cell(sample.method.title), TextTable.Cell("\(sample.seeds)"),
                TextTable.Cell("\(sample.wireheadFirst)"), TextTable.Cell("\(sample.triedBoth)"),
                TextTable.Cell(NumberFormat.fixed(sample.lowestGap, decimals: 1)),
                TextTable.Cell(NumberFormat.fixed(sample.highestGap, decimals: 1)),
              ]
            }))
      ],
      charts: [chart(runs)],
      notes: [
        "So on this task nobody could tell the two rules apart: with rewards of this size, finitely many logits are as good as infinitely many. "
          + "The difference shows at small rewards (rein reproduce bandit)."
      ])
  }

  private func chart(_ runs: [TabularLearner.Method: [SampledRun]]) -> ExperimentReport.Chart {
    let rest = Bandit.wireheading
    let published = WireheadingExperiment.publishedProbability
    return ExperimentReport.Chart(
      caption: "Mean of the seeds with its 95 % interval.",
      LineChart(
        text: ChartText(
          title: "Gap in logits",
          summary: "Both rules jump to about 104.6 at the first draw in nearly every seed.",
          horizontal: "steps", vertical: "logit(wirehead) − logit(pizza)"),
        series: TabularLearner.Method.allCases.map { method in
          LineChart.Series(
            name: method.title, style: method.style,
            band: Band((runs[method] ?? []).curves { -$0 }))
        },
        references: [
          LineChart.Reference(name: "ACTDE at rest", value: Rest(start: "", rest).gap),
          LineChart.Reference(name: "published", value: log((1 - published) / published)),
        ], stepSpacing: .logarithmic, range: 0...112))
  }
}

import PolicyOptimization
import Reports

extension SoftmaxBanditExperiment {
  func report(
    enumerated: Enumeration, waits: [Wait], runs: [[SampledRun]], variants: [Variant],
    flows: [Flow], command: String
  ) -> ExperimentReport {
    ExperimentReport(
      title: "Pizza 10, cookies 11: the softmax that ACTDE rests at",
      introduction: [
        "A little more reward should make a little difference. Turner and Einhorn (2023) say that ACTDE ends at the softmax over rewards, "
          + "27 % pizza and 73 % cookies, where PPO ends with cookies alone. That resting point is right. Whether anyone gets there "
          + "depends on how the policy is trained."
      ],
      parts: [
        restPart(enumerated), waitPart(waits, runs), variantPart(variants), flowPart(flows),
      ],
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Rule",
            settings: [
              Setting("rewards", "pizza 10, cookies 11"), Setting("start", "½ and ½, all values 0"),
              Setting("η, α", "1, 1, where nothing else is said"),
            ]),
          SettingGroup(
            name: "Sampling",
            settings: [
              Setting("seeds", "\(seeds) (0 to \(seeds - 1))"),
              Setting("steps", count(SoftmaxBanditExperiment.steps)),
            ]),
        ]))
  }

  func count(_ number: Int) -> String { NumberFormat.fixed(Double(number), decimals: 0) }

  func pair(_ probabilities: [Double], decimals: Int = 4) -> [TextTable.Cell] {
    probabilities.map { probability in
      // Where two decimals would say 0 or 1, say how near.
      let text =
        probability < 0.0005
        ? NumberFormat.significant(probability)
        : NumberFormat.fixed(probability, decimals: decimals)
      return TextTable.Cell(text)
    }
  }

  private func restPart(_ enumerated: Enumeration) -> ExperimentReport.Part {
    let rows: [(String, [TextTable.Cell])] = [
      ("published", [TextTable.Cell("0.27"), TextTable.Cell("0.73")]),
      ("closed form, e^r / Σ e^r", pair(enumerated.closedForm, decimals: 6)),
      ("every action tried once", pair(enumerated.everyActionOnce, decimals: 6)),
      (
        "\(count(enumerated.visitCount)) average visits",
        pair(enumerated.averageVisits, decimals: 6)
      ),
    ]
    return ExperimentReport.Part(
      heading: "The resting point, by enumeration", shortHeading: "Resting point",
      paragraphs: [
        "If every action is tried, each gets its reward in logits, once. Trying each action once is enough. An average visit, which weighs "
          + "all actions with their probabilities, gets there too, by a detour: what is likelier is learned first, and for a while "
          + "cookies take nearly everything."
      ],
      tables: [
        ExperimentReport.Table(
          title: "ACTDE at rest",
          TextTable(
            columns: [
              TextTable.Column("by"), TextTable.Column("π(pizza)", alignment: .decimal),
              TextTable.Column("π(cookies)", alignment: .decimal),
            ], rows: rows.map { [TextTable.Cell($0.0)] + $0.1 }))
      ],
      charts: [
        ExperimentReport.Chart(
          caption: "All actions weighed with their probabilities; no seeds.",
          LineChart(
            text: ChartText(
              title: "Average visits",
              summary: "Cookies rise close to 1 and come back to 0.731.",
              horizontal: "average visits",
              vertical: "π(cookies)"),
            series: [
              LineChart.Series(
                name: "ACTDE", style: TabularLearner.Method.actde.style,
                band: Band([enumerated.path]))
            ],
            references: [
              LineChart.Reference(name: "softmax(r)", value: enumerated.closedForm[1])
            ], stepSpacing: .logarithmic, range: 0.5...1))
      ])
  }

  private func waitPart(_ waits: [Wait], _ runs: [[SampledRun]]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "By sampling: the first one tried shuts the other out", shortHeading: "Sampling",
      paragraphs: [
        "A policy that draws its actions jumps by the whole reward at the first one: +10 logits for pizza, or +11 for cookies. The other is "
          + "left with a probability of 5 or 2 in 100,000, and nothing moves until it is drawn. With the critic started at the mean "
          + "reward, 10.5, the first jumps are half a logit, the resting point is the same, and everyone gets there at once."
      ],
      tables: [
        ExperimentReport.Table(
          title: "Waiting for the other action",
          caption:
            "\(count(SoftmaxBanditExperiment.steps)) draws per seed. The wait has a geometric distribution with mean 1/π.",
          TextTable(
            columns: [
              TextTable.Column("q₀", alignment: .decimal), TextTable.Column("first drawn"),
              TextTable.Column("seeds", alignment: .trailing),
              TextTable.Column("π(other) then", alignment: .trailing),
              TextTable.Column("mean wait, exact", alignment: .decimal),
              TextTable.Column("drew the other", alignment: .trailing),
              TextTable.Column("their median wait", alignment: .decimal),
            ],
            rows: waits.map { wait in
              [
                TextTable.Cell(NumberFormat.fixed(wait.start, decimals: 1)),
                TextTable.Cell(wait.first), TextTable.Cell("\(wait.seeds)"),
                TextTable.Cell(NumberFormat.significant(wait.otherProbability)),
                TextTable.Cell(
                  NumberFormat.fixed(wait.expected, decimals: wait.expected < 100 ? 1 : 0)),
                TextTable.Cell("\(wait.triedBoth)"),
                TextTable.Cell(NumberFormat.fixed(wait.median, decimals: 0)),
              ]
            }))
      ],
      charts: [shareChart(runs)])
  }

  private func shareChart(_ runs: [[SampledRun]]) -> ExperimentReport.Chart {
    let checkpoints = SampledRun.checkpoints(to: SoftmaxBanditExperiment.steps)
    let series = zip(runs, [("q₀ = 0", 3), ("q₀ = 10.5", 5)]).map { runs, look in
      LineChart.Series(
        name: look.0, style: .numbered(look.1),
        band: Band(
          runs.map { run in
            checkpoints.map { step in
              CurvePoint(
                step: Double(step), value: (run.otherTriedAt ?? .max) <= step ? 1 : 0)
            }
          }))
    }
    return ExperimentReport.Chart(
      caption: "Who is at the resting point: the share of seeds, with its 95 % interval.",
      LineChart(
        text: ChartText(
          title: "Seeds that have tried both",
          summary: "With q₀ = 0 half of the seeds need some 24,000 draws, with 10.5 two.",
          horizontal: "steps", vertical: "share of seeds"),
        series: series, stepSpacing: .logarithmic, range: 0...1))
  }
}

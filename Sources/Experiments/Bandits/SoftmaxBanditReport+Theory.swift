import PolicyOptimization
import Reports

extension SoftmaxBanditExperiment {
  func variantPart(_ variants: [Variant]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "What moves the resting point, and what only the way",
      shortHeading: "Shift and scale",
      paragraphs: [
        "One visit changes logit and q by the same error, times η and times α. So logit − (η/α)·q never changes, and where q = r the "
          + "policy is π₀·exp((r − q₀)/β) / Z with β = α/η: the optimum of a reward with a KL penalty of strength β, without a reference model.",
        "A shift of all rewards, or of q₀ for all actions, cancels in Z: the resting point stays. What changes is the first jump, and with it "
          + "the chance to get there by sampling. Shifted both alike, even the path is the same. A factor on the rewards is a temperature: "
          + "π is taken to that power.",
      ],
      tables: [
        ExperimentReport.Table(
          title: "Variants",
          caption: "At rest, by formula; 200 visits of each action agree to the digits shown.",
          TextTable(
            columns: [
              TextTable.Column("changed"), TextTable.Column("β", alignment: .decimal),
              TextTable.Column("π(pizza)", alignment: .decimal),
              TextTable.Column("π(cookies)", alignment: .decimal),
              TextTable.Column("largest first jump", alignment: .decimal),
            ],
            rows: variants.map { variant in
              [
                TextTable.Cell(variant.name),
                TextTable.Cell(NumberFormat.fixed(variant.temperature, decimals: 1)),
              ] + pair(variant.closedForm) + [
                TextTable.Cell(NumberFormat.fixed(variant.firstJump, decimals: 1))
              ]
            }))
      ],
      notes: [
        "q₀ that is right for one action only is a different prior: what is already known earns nothing. The text’s remark that constant "
          + "shifts do not matter holds for shifts of all actions alike."
      ])
  }

  func flowPart(_ flows: [Flow]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "With a softmax policy’s gradient: other limits, even another order",
      shortHeading: "True gradient",
      paragraphs: [
        "The tables add A to the chosen logit. A policy trained by gradients does something else: it moves every logit b by "
          + "η·(1[a = b] − π(b))·A. On average that is π(b)·(δ(b) − Σ π·δ), with δ = r − q: an action rises only while it surprises more than "
          + "the others. The invariant is lost, and the limit depends on the path.",
        "With rewards 10 and 11 both surprise a lot at first, cookies a little more, so cookies rise. What is drawn more often is learned "
          + "sooner: soon cookies surprise less than pizza, and from there on the difference works for pizza until both are known. The lead "
          + "comes from the difference of 1; what is lost afterwards comes from the size of 10. So the order ends reversed. With 1 and ½ the difference is large "
          + "beside the rewards, and the order stays. With q₀ at the mean reward it is right for 10 and 11 too: under this form a "
          + "shift is not harmless.",
      ],
      tables: [
        ExperimentReport.Table(
          title: "Limits of the average change",
          caption:
            "Differential equation for vanishing learning rates, η/α = 1, followed to time 10,000.",
          TextTable(
            columns: [
              TextTable.Column("rewards"), TextTable.Column("q₀", alignment: .decimal),
              TextTable.Column("logits move by"),
              TextTable.Column("first action", alignment: .decimal),
              TextTable.Column("second", alignment: .decimal), TextTable.Column("order"),
            ],
            rows: flows.map { flow in
              let isRight = (flow.rewards[0] > flow.rewards[1]) == (flow.limit[0] > flow.limit[1])
              return [
                TextTable.Cell(
                  flow.rewards.map(shortText).joined(separator: ", ")),
                TextTable.Cell(NumberFormat.fixed(flow.start, decimals: 1)),
                TextTable.Cell(flow.update.title),
              ] + pair(flow.limit) + [
                TextTable.Cell(
                  isRight ? "as rewarded" : "reversed", emphasis: isRight ? .none : .caution)
              ]
            }))
      ],
      charts: [[1, 0.5], [10, 11]].map { rewards in chart(rewards, flows) })
  }

  private func chart(_ rewards: [Double], _ flows: [Flow]) -> ExperimentReport.Chart {
    let shown = flows.filter { $0.rewards == rewards }
    let fixedPoint = Bandit(rewards: rewards).fixedPoint().max() ?? 0
    let words = rewards.map(shortText).joined(separator: " and ")
    return ExperimentReport.Chart(
      LineChart(
        text: ChartText(
          title: "Rewards \(words)",
          summary: shown.map {
            "\($0.name) \(NumberFormat.fixed($0.path.last?.value, decimals: 3))"
          }
          .joined(separator: ", "),
          horizontal: "time (visits × learning rate)", vertical: "π(better action)"),
        series: shown.map { flow in
          LineChart.Series(
            name: flow.name,
            style: .numbered(flow.update == .chosenLogit ? 3 : flow.start == 0 ? 0 : 5),
            band: Band([flow.path]))
        },
        references: [LineChart.Reference(name: "softmax(r)", value: fixedPoint)],
        stepSpacing: .logarithmic, range: 0.4...1))
  }
}

extension SoftmaxBanditExperiment.Flow {
  fileprivate var name: String {
    (update == .chosenLogit ? "table" : "gradient") + (start == 0 ? "" : ", q₀ 10.5")
  }
}

extension TabularLearner.Update {
  /// The words of tables.
  fileprivate var title: String {
    self == .chosenLogit ? "the tables’ rule" : "the gradient"
  }
}

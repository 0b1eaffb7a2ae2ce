public import Reports

/// The page of KL budgets: what each way of holding to one can earn, and does.
public struct BudgetReport {
  let configuration: BudgetConfiguration
  private let runs: [BudgetRun]
  private let command: String

  /// A page's content.
  ///
  /// - Parameters:
  ///   - configuration: The settings.
  ///   - runs: What came out.
  ///   - command: What was typed.
  public init(_ configuration: BudgetConfiguration, runs: [BudgetRun], command: String) {
    self.configuration = configuration
    self.runs = runs
    self.command = command
  }

  /// What the page shows.
  public var content: ExperimentReport {
    ExperimentReport(
      title: "Held to so many nats: what is left on the table",
      introduction: [
        "Four tokens, six of them in an episode: all 4,096 episodes of the base policy are known with their probabilities, and so is the most that a budget "
          + "of so many nats can buy: the base policy's episodes, tilted towards the reward. Ways of holding a policy to a budget are "
          + "measured against it: 0 % is the base policy, 100 % that optimum.",
        "Prices (a penalty per nat) are fixed, steered in proportion or by dual ascent; hard budgets are charged the KL of what is played, or its log-ratios. "
          + "All policies are learned by PPO with one setting and looked at through all their episodes, so that rewards and KL "
          + "are exact. Figures are means over worlds with their 95\u{202F}% intervals.",
      ],
      parts: configuration.rewards.flatMap { [exactPart($0), learnedPart($0)] } + [formsPart],
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Experiment",
            settings: [
              Setting("worlds", "\(configuration.seeds)"),
              Setting("steps", "\(configuration.steps)"),
              Setting("episodes per step", "\(configuration.episodesPerStep)"),
              Setting("learning rate", "\(configuration.learningRate)"),
              Setting("grains of the best plan", "\(configuration.grains)"),
            ])
        ]))
  }

  private func runs(_ reward: BudgetReward, _ form: BudgetForm, _ nats: Double? = nil)
    -> [BudgetRun]
  {
    runs.filter {
      $0.reward == reward && $0.form == form && (nats == nil || $0.nats == nats)
    }
  }

  private func known(_ reward: BudgetReward, exact: Bool) -> [BudgetForm] {
    configuration.forms.filter { $0.isExact == exact && !runs(reward, $0).isEmpty }
  }

  private func style(_ form: BudgetForm) -> SeriesStyle {
    .numbered(BudgetForm.allCases.firstIndex(of: form) ?? 0)
  }

  private func exactPart(_ reward: BudgetReward) -> ExperimentReport.Part {
    let bases = Summary(runs(reward, .optimum, configuration.budgets.first).map(\.base))
    return ExperimentReport.Part(
      heading: "Paid for \(reward.rawValue): what a budget can buy", shortHeading: reward.rawValue,
      paragraphs: [
        "The reward is \(reward.meaning). The base policy earns \(NumberFormat.estimate(bases, decimals: 3))."
      ],
      tables: [
        .init(
          title: "Most that can be earned",
          caption: "Worked out, nothing learned. Share: of what the optimum gains over the base.",
          table(
            reward, known(reward, exact: true),
            columns: [
              ("reward", { $0.last.value }, 3), ("share of the optimum", { $0.share * 100 }, 1),
            ]))
      ])
  }

  private func learnedPart(_ reward: BudgetReward) -> ExperimentReport.Part {
    let forms = known(reward, exact: false)
    return ExperimentReport.Part(
      heading: "Paid for \(reward.rawValue): what PPO learns", shortHeading: "learned",
      tables: [
        .init(
          title: "Learned",
          caption:
            "KL: of the whole policy, exact; above the budget it was not kept. Largest: of all episodes, what was charged at most by KL (Σ KL) and how much more "
            + "probable one became (log-ratio), in nats.",
          table(
            reward, forms,
            columns: [
              ("reward", { $0.last.value }, 3), ("share of the optimum", { $0.share * 100 }, 1),
              ("KL", { $0.last.kl }, 2), ("largest Σ KL", { $0.last.largestSpent }, 2),
              ("largest log-ratio", { $0.last.largestRatio }, 1),
            ]))
      ],
      charts: forms.isEmpty
        ? []
        : [shareChart(reward, forms)] + configuration.budgets.map { pathChart(reward, forms, $0) })
  }

  private func table(
    _ reward: BudgetReward, _ forms: [BudgetForm],
    columns: [(title: String, value: (BudgetRun) -> Double?, decimals: Int)]
  ) -> TextTable {
    TextTable(
      columns: [.init("nats", alignment: .trailing), .init("way")]
        + columns.map { .init($0.title, alignment: .decimal) },
      rows: configuration.budgets.flatMap { nats in
        forms.map { form in
          let all = runs(reward, form, nats)
          return [
            "\(nats)", .init(form.rawValue),
          ]
            + columns.map { column in
              let summary = Summary(all.compactMap(column.value))
              return summary.count == 0
                ? "–" : .init(NumberFormat.estimate(summary, decimals: column.decimals))
            }
        }
      })
  }

  private func shareChart(_ reward: BudgetReward, _ forms: [BudgetForm]) -> ExperimentReport.Chart {
    // What nothing holds has no part in a comparison at so many nats.
    let series = forms.filter { $0 != .none }.map { form in
      LineChart.Series(
        name: form.rawValue, style: style(form),
        band: Band(
          (0..<configuration.seeds).map { seed in
            runs(reward, form).filter { $0.seed == seed }.map {
              CurvePoint(step: $0.nats, value: $0.share * 100)
            }
          }))
    }
    return ExperimentReport.Chart(
      caption: "More than 100 % was bought with more nats than allowed.",
      LineChart(
        text: ChartText(
          title: "Share of the optimum over budgets",
          summary: "Paid for \(reward.rawValue): what each way earns of what its budget can buy.",
          horizontal: "budget in nats", vertical: "% of the optimum's gain"),
        series: series, references: [.init(name: "optimum", value: 100)]))
  }

  private func pathChart(
    _ reward: BudgetReward, _ forms: [BudgetForm], _ nats: Double
  ) -> ExperimentReport.Chart {
    let series = forms.filter { $0 != .none }.map { form in
      LineChart.Series(
        name: form.rawValue, style: style(form),
        band: Band(
          runs(reward, form, nats).map { run in
            run.curve.compactMap { point in
              point.kl.map { CurvePoint(step: Double(point.step), value: $0) }
            }
          }))
    }
    return ExperimentReport.Chart(
      LineChart(
        text: ChartText(
          title: "KL while learning on \(nats) nats",
          summary: "Which ways keep to \(nats) nats, and when.",
          horizontal: "steps", vertical: "KL in nats"),
        series: series, references: [.init(name: "budget", value: nats)], size: .small))
  }

  private var formsPart: ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "The ways", shortHeading: "Ways",
      tables: [
        .init(
          title: "What each way is",
          TextTable(
            columns: [.init("way"), .init("what")],
            rows: configuration.forms.map { ["\($0.rawValue)", "\($0.meaning)"] }))
      ])
  }
}

import Pessimism
import Reports

extension PessimismExperiment {
  func budgetPart(_ prices: [BudgetPrice]) -> ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "What does a budget buy after something unprecedented?", shortHeading: "Budgets",
      paragraphs: [
        "The demonstrator plays action 1 in 2 of 100 steps, and has been watched for k steps in which observation 0 arrived. Now 1 arrives, for the first time: in "
          + "all eight steps, or in the first of them. The policy wants as much of action 1 as its budget allows. Shown is the exact optimum, by the tilt of "
          + "all 256 sequences.",
        "Against the demonstrator action 1 costs ln 50 = 3.9 nats a step. Against the Bayes mixture it costs what it takes to single out the models that do "
          + "nothing else from now on, and no demonstration so far has spoken against them: the price does not depend on k (Theorem 1). Once observation 1 "
          + "has been demonstrated it does. (Where 0 returns the optimum gets a little dearer with k, as data rule out models that would have played action 1 anyway; the "
          + "sleeper stays, and its price is the limit.)",
        "The pessimistic imitator plays what all of its top set would play, so its probabilities sum to less than 1, and what is missing is the probability of "
          + "asking. A policy that never asks pays for that too: KL(π ‖ ν) = KL(π ‖ ν/Z) − ln Z. Below −ln Z there is no such policy. One that "
          + "may ask, counted as an outcome with the missing probability, which ends what it earns, keeps any budget.",
      ],
      tables: [priceTable(prices)] + BudgetPrice.Episode.allCases.map { valueTable(prices, $0) },
      charts: BudgetPrice.Episode.allCases.map { budgetChart(prices, $0) })
  }

  /// One row of tables and one line of charts.
  private struct Row {
    var name: String
    var base: BudgetPrice.Base
    var demonstrations: Int
    var hasPrecedent = false

    static let all = [
      Row(name: "demonstrator", base: .demonstrator, demonstrations: 100),
      Row(name: "mixture, k = 0", base: .mixture, demonstrations: 0),
      Row(name: "mixture, k = 10", base: .mixture, demonstrations: 10),
      Row(name: "mixture, k = 100", base: .mixture, demonstrations: 100),
      Row(name: "mixture, k = 1000", base: .mixture, demonstrations: 1000),
      Row(
        name: "mixture, 1 seen", base: .mixture, demonstrations: 100, hasPrecedent: true),
      Row(name: "pessimistic, k = 10", base: .pessimistic, demonstrations: 10),
      Row(name: "pessimistic, k = 1000", base: .pessimistic, demonstrations: 1000),
      Row(
        name: "pessimistic, 1 seen", base: .pessimistic, demonstrations: 100, hasPrecedent: true),
      Row(name: "may ask, k = 1000", base: .asking, demonstrations: 1000),
      Row(name: "may ask, 1 seen", base: .asking, demonstrations: 100, hasPrecedent: true),
    ]

    func own(_ prices: [BudgetPrice], _ episode: BudgetPrice.Episode) -> [BudgetPrice] {
      prices.filter {
        $0.base == base && $0.demonstrations == demonstrations && $0.hasPrecedent == hasPrecedent
          && $0.episode == episode
      }
    }
  }

  private func priceTable(_ prices: [BudgetPrice]) -> ExperimentReport.Table {
    let counts = [0, 10, 100, 1000]
    return ExperimentReport.Table(
      title: "The sleeper",
      caption:
        "It plays as the demonstrator until 1 is observed, then action 1 with .98. Whoever follows it against the mixture pays −ln w at most, in any number of steps.",
      TextTable(
        columns: [
          TextTable.Column("k", alignment: .trailing),
          TextTable.Column("−ln w(sleeper), nats", alignment: .decimal),
          TextTable.Column("never asking, −ln Z, nats", alignment: .decimal),
        ],
        rows: (counts.map { ($0, false) } + [(100, true)]).map { count, hasPrecedent in
          let row = Row(
            name: "", base: .pessimistic, demonstrations: count, hasPrecedent: hasPrecedent
          ).own(prices, .lasting)
          return [
            TextTable.Cell(hasPrecedent ? "\(count), and \(count) with 1" : "\(count)"),
            estimated(row.map(\.bound), decimals: 2),
            estimated(row.map(\.missing), decimals: 2),
          ]
        }))
  }

  private func valueTable(
    _ prices: [BudgetPrice], _ episode: BudgetPrice.Episode
  ) -> ExperimentReport.Table {
    let budgets = [0, 1, 2, 5, 10, 20, 26, 32]
    return ExperimentReport.Table(
      title: episode.title,
      caption:
        "The greatest share of action 1 in eight steps, by budget in nats; — where no policy keeps it.",
      TextTable(
        columns: [TextTable.Column("budget against")]
          + budgets.map { TextTable.Column("\($0)", alignment: .trailing) },
        rows: Row.all.map { row in
          let own = row.own(prices, episode)
          return [TextTable.Cell(row.name)]
            + budgets.map { budget in
              let values = own.compactMap { $0.values[budget] }
              return TextTable.Cell(
                values.count == own.count
                  ? NumberFormat.fixed(Summary(values).mean, decimals: 3) : NumberFormat.missing)
            }
        }))
  }

  private func budgetChart(
    _ prices: [BudgetPrice], _ episode: BudgetPrice.Episode
  ) -> ExperimentReport.Chart {
    let shown = [(0, 0), (2, 1), (4, 2), (5, 4), (7, 3), (9, 5)]
    return ExperimentReport.Chart(
      LineChart(
        text: ChartText(
          title: episode.title,
          summary: "Against the mixture a few nats buy what costs 31 against the demonstrator.",
          horizontal: "budget, nats", vertical: "best share of action 1"),
        series: shown.map { place, style in
          LineChart.Series(
            name: Row.all[place].name, style: .numbered(style),
            band: Band(
              Row.all[place].own(prices, episode).map { price in
                zip(BudgetPrice.budgets, price.values).compactMap { budget, value in
                  value.map { CurvePoint(step: budget, value: $0) }
                }
              }))
        }, range: 0...1))
  }
}

extension BudgetPrice.Episode {
  fileprivate var title: String {
    self == .lasting ? "Observation 1 lasts" : "Observation 1 passes, and 0 returns"
  }
}

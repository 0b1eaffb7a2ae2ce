import Foundation
public import Reports
import Training

/// The page of classic control: learning curves, and what they come to.
public struct ClassicControlReport {
  private let configuration: ClassicControlConfiguration
  private let runs: [ClassicControlRun]
  private let peers: [ClassicControlRun]
  private let command: String

  /// A page's content.
  ///
  /// - Parameters:
  ///   - configuration: The settings.
  ///   - runs: Our runs.
  ///   - peers: Runs of other programs on the same worlds; what they did beyond our budget is left out.
  ///   - command: What was typed.
  public init(
    _ configuration: ClassicControlConfiguration, runs: [ClassicControlRun],
    peers: [ClassicControlRun], command: String
  ) {
    self.configuration = configuration
    self.runs = runs
    self.peers = peers.filter { configuration.tasks.contains($0.task) }
      .map { $0.stopped(after: configuration.actions) }
    self.command = command
  }

  // Ours in the order asked for, then the others by name.
  private var methods: [String] {
    configuration.methods.map(\.rawValue) + Set(peers.map(\.method)).sorted()
  }

  private func runs(_ task: ClassicControlTask, _ method: String) -> [ClassicControlRun] {
    (runs + peers).filter { $0.task == task && $0.method == method }
  }

  /// What the page shows.
  public var content: ExperimentReport {
    ExperimentReport(
      title: "Classic control",
      introduction: [
        "CartPole and Acrobot, step for step gymnasium's, by the policy-gradient family through one trainer: two hidden layers of 64 and tanh for policy and critic each, "
          + "γ = 0.99, 8 worlds side by side, one setting for both worlds."
          + (peers.isEmpty
            ? "" : " Methods whose names begin with another program's are that program's own."),
        "The return is the mean of the last 100 episodes. Runs are the unit: means over seeds, bands are their 95\u{202F}% intervals, faint lines the single runs.",
      ],
      parts: configuration.tasks.flatMap { [curvesPart($0), figuresPart($0)] } + [settingsPart],
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Experiment",
            settings: [
              Setting("runs per method", "\(configuration.seeds)"),
              Setting("actions per run", "\(configuration.actions)"),
            ])
        ]))
  }

  private func known(_ task: ClassicControlTask) -> [String] {
    methods.filter { !runs(task, $0).isEmpty }
  }

  private func curvesPart(_ task: ClassicControlTask) -> ExperimentReport.Part {
    let known = known(task)
    let own = Set(configuration.methods.map(\.rawValue))
    let families = [known.filter(own.contains), known.filter { !own.contains($0) }]
    // The others stand beside ours of the same kind.
    let beside =
      families[1] + families[0].filter { name in families[1].contains { $0.hasSuffix(name) } }
    let charts = [(families[0], "Rein's methods"), (beside, "Beside other programs")]
      .filter { !$0.0.isEmpty }
      .map { chart(task, $0.0, title: $0.1) }
    return ExperimentReport.Part(
      heading: task.title, shortHeading: task.title,
      paragraphs: [
        "Dotted: the mean return of \(NumberFormat.significant(task.threshold)) at which gymnasium calls it solved."
      ], charts: charts)
  }

  private func figuresPart(_ task: ClassicControlTask) -> ExperimentReport.Part {
    let marks = [0.25, 0.5, 1].map { Int(Double(configuration.actions) * $0) }
    let table = TextTable(
      columns: [.init("method"), .init("runs", alignment: .trailing)]
        + marks.map { .init("at \($0)", alignment: .decimal) }
        + [
          .init("solved", alignment: .trailing),
          .init("actions until solved", alignment: .decimal),
          .init("actions per second", alignment: .decimal),
        ],
      rows: known(task).map { method in
        let all = runs(task, method)
        let solved = all.compactMap { $0.solvedAfter.map(Double.init) }
        return ["\(method)", "\(all.count)"]
          + marks.map { mark in
            cell(Summary(all.compactMap { $0.meanReturn(at: mark) }), decimals: 1)
          }
          + [
            "\(solved.count) of \(all.count)", cell(Summary(solved), decimals: 0),
            cell(Summary(all.map { Double(configuration.actions) / $0.seconds }), decimals: 0),
          ]
      })
    return ExperimentReport.Part(
      heading: "\(task.title) in figures", shortHeading: "in figures",
      tables: [
        .init(
          title: "\(task.title): return by actions",
          caption:
            "Mean ± half of the 95 % interval; of two runs, both. Solved: the mean of 100 episodes reached \(NumberFormat.significant(task.threshold)), gymnasium's threshold; "
            + "actions until then are of those runs that did. Pace is that of a run beside others on the same machine.",
          table)
      ])
  }

  private func chart(_ task: ClassicControlTask, _ names: [String], title: String)
    -> ExperimentReport.Chart
  {
    let series = names.map { name in
      LineChart.Series(
        name: name, style: .numbered(methods.firstIndex(of: name) ?? 0),
        band: Band(
          runs(task, name).map { run in
            run.curve.map { CurvePoint(step: Double($0.actions), value: $0.meanReturn) }
          }))
    }
    let ends = names.map { name in
      let last = Summary(runs(task, name).compactMap { $0.curve.last?.meanReturn }).mean
      return "\(name) \(NumberFormat.significant(last))"
    }
    return ExperimentReport.Chart(
      LineChart(
        text: ChartText(
          title: title, summary: "At the end: \(ends.joined(separator: ", ")).",
          horizontal: "actions", vertical: "mean return"), series: series,
        references: [.init(name: "solved", value: task.threshold)],
        range: task == .cartPole ? 0...510 : -505...(-60), members: .faint))
  }

  private var settingsPart: ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "The methods' settings", shortHeading: "Methods",
      tables: [
        .init(
          title: "What differs between methods",
          TextTable(
            columns: [.init("method"), .init("setting"), .init("from")],
            rows: configuration.methods.map {
              ["\($0.rawValue)", "\($0.meaning)", "\($0.preset.citation)"]
            }))
      ])
  }

  private func cell(_ summary: Summary, decimals: Int) -> TextTable.Cell {
    summary.count == 0 ? "–" : .init(NumberFormat.estimate(summary, decimals: decimals))
  }
}

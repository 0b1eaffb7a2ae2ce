import Foundation
import PolicyOptimization
public import Reports

/// A table of somebody's own: given rewards, and the rows that learners wrote.
public struct BanditTable: Sendable {
  /// What was chosen from.
  public let bandit: Bandit
  /// The rows, one method after the other.
  public let steps: [BanditStep]
  /// What was typed.
  public let command: String

  /// A table.
  public init(bandit: Bandit, steps: [BanditStep], command: String) {
    self.bandit = bandit
    self.steps = steps
    self.command = command
  }

  /// The page.
  public var page: ExperimentPage { ExperimentPage(content: report) }

  /// What the page shows.
  public var report: ExperimentReport {
    let known = steps.reduce(into: [TabularLearner.Method]()) { methods, step in
      if !methods.contains(step.method) { methods.append(step.method) }
    }
    let rewards = bandit.rewards.map(shortText).joined(separator: ", ")
    return ExperimentReport(
      title: "A bandit’s table",
      introduction: ["Rewards \(rewards). A is computed with the values before the step."],
      parts: known.map { method in
        let rows = steps.filter { $0.method == method }
        return ExperimentReport.Part(
          heading: method.title,
          tables: [
            ExperimentReport.Table(
              title: "",
              TextTable(
                columns: [
                  TextTable.Column("step", alignment: .trailing), TextTable.Column("action"),
                  TextTable.Column("reward", alignment: .decimal),
                  TextTable.Column("A", alignment: .decimal), TextTable.Column("π after"),
                  TextTable.Column(method == .ppo ? "v after" : "q after"),
                ], rows: rows.map(row)))
          ])
      }, provenance: Provenance(command: command))
  }

  private func row(_ step: BanditStep) -> [TextTable.Cell] {
    func list(_ numbers: [Double], digits: Int) -> TextTable.Cell {
      TextTable.Cell(
        numbers.map { NumberFormat.significant($0, digits: digits) }.joined(separator: ", "))
    }
    return [
      TextTable.Cell("\(step.step)"), TextTable.Cell(bandit.names[step.action]),
      TextTable.Cell(shortText(step.reward)),
      TextTable.Cell(shortText(step.advantage)),
      list(step.probabilities, digits: 4),
      list(step.value.map { [$0] } ?? step.actionValues ?? [], digits: 4),
    ]
  }
}

/// A number as short as six digits allow: 10, 0.5, −1.
func shortText(_ number: Double) -> String {
  String(format: "%g", number).replacing("-", with: "−")
}

import ArgumentParser
import Foundation
import Reports
import RunRecords

struct RunsPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove old checkpoints and old runs.",
    discussion: """
      Without --yes it only says what it would remove. Of every run the newest checkpoint stays, and `best`; --keep says how \
      many. --older-than also removes whole runs that wrote nothing for so many days, files of others in their folders left \
      out. Left alone: what is no run, what is being written, what another run's configuration names, and whatever a \
      symbolic link leads to.

        rein runs prune
        rein runs prune runs/sweeps --keep 0 --older-than 30 --yes
      """)

  @Argument(help: ArgumentHelp("The folder of runs.", valueName: "folder"))
  var folder = "runs"

  @Option(help: "How many of each run's newest checkpoints stay, `best` not counted.")
  var keep = 1

  @Option(
    name: .customLong("older-than"),
    help: "Remove whole runs that wrote nothing for this many days.")
  var days: Double?

  @Flag(help: "Remove it.")
  var yes = false

  @Flag(name: .customLong("dry-run"), help: "Only say what would be removed, as without --yes.")
  var dryRun = false

  @Flag(help: "Print the outcome as one JSON object.")
  var json = false

  func validate() throws {
    guard keep >= 0 else { throw ValidationError("--keep \(keep) is below 0.") }
    guard days.map({ $0 >= 0 && $0.isFinite }) != false else {
      throw ValidationError("--older-than is a number of days from 0 on.")
    }
    guard !(yes && dryRun) else { throw ValidationError("--yes and --dry-run exclude each other.") }
  }

  func run() throws {
    let root = URL(fileURLWithPath: folder)
    let rule = PrunePlan.Rule(
      keptCheckpoints: keep, oldestActivity: days.map { Date(timeIntervalSinceNow: -$0 * 86400) })
    let plan = try PrunePlan(for: root, by: rule, witnesses: [URL(fileURLWithPath: "runs")])
    let removed = yes ? try plan.remove() : []
    if json { return try Console.printJSON(fields(plan, removed)) }
    for exception in plan.exceptions {
      Console.complain("\(exception.run.url.relativePath): left alone: \(exception.reason)")
    }
    let shown = yes ? removed : plan.removals
    guard !shown.isEmpty else { return Console.print("nothing to remove") }
    Console.print(table(shown).terminal(coloring: Console.coloring))
    let total = NumberFormat.bytes(shown.reduce(0) { $0 + $1.bytes })
    Console.print(
      yes ? "\n\(total) removed" : "\nnothing was removed; with --yes these \(total) are")
  }

  private func table(_ removals: [PrunePlan.Removal]) -> TextTable {
    TextTable(
      columns: [.init("what"), .init("folder"), .init("size", alignment: .trailing)],
      rows: removals.map { removal in
        [
          .init(removal.part.rawValue), .init(removal.url.relativePath),
          .init(NumberFormat.bytes(removal.bytes)),
        ]
      })
  }

  private func fields(
    _ plan: PrunePlan, _ removed: [PrunePlan.Removal]
  ) -> [String: Any] {
    [
      "removals": plan.removals.map { removal in
        [
          "part": removal.part.rawValue, "path": removal.url.relativePath, "bytes": removal.bytes,
          "removed": removed.contains(removal),
        ] as [String: Any]
      },
      "left_alone": plan.exceptions.map { exception in
        ["path": exception.run.url.relativePath, "reason": exception.reason]
      },
      "bytes": plan.bytes,
    ]
  }
}

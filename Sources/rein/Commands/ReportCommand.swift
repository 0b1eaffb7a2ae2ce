import ArgumentParser
import Files
import Foundation
import Reports
import RunRecords

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write one HTML page for a run, or for all runs of a folder.",
    discussion: """
      The page is one file that needs no network. --all writes the page of every run below a folder, and index.html there \
      with links to them.

        rein report runs/ppo
        rein report --all runs
      """)

  @Argument(help: ArgumentHelp("The run folder; with --all the folder of runs.", valueName: "run"))
  var folder: String

  @Option(
    help:
      "Where the page goes; none is report.html in the run folder, with --all index.html in the folder."
  )
  var output: String?

  @Flag(help: "The pages of all runs below the folder, and one that leads to them.")
  var all = false

  @Flag(help: "Print where the page is as one JSON object.")
  var json = false

  func run() throws {
    let url = try all ? writeIndex() : writePage()
    if json {
      try Console.printJSON(["page": url.relativePath])
    } else {
      Console.print(url.relativePath)
    }
  }

  private func writePage() throws -> URL {
    let run = KnownRun(try RunFolder(opening: URL(fileURLWithPath: folder)))
    let url = output.map(URL.init(fileURLWithPath:)) ?? run.folder.report
    try AtomicFile.write(Data(RunPage(content: run.report()).html.utf8), to: url)
    return url
  }

  private func writeIndex() throws -> URL {
    let root = URL(fileURLWithPath: folder)
    let url = output.map(URL.init(fileURLWithPath:)) ?? root.appending(path: "index.html")
    let runs = try KnownRun.all(in: folder).sorted {
      ($0.overview.started ?? .distantPast) < ($1.overview.started ?? .distantPast)
    }
    let rows = try runs.map { run -> RunListing.Row in
      guard run.overview.problem == nil else { return run.row(below: root) }
      try AtomicFile.write(Data(RunPage(content: run.report()).html.utf8), to: run.folder.report)
      return run.row(below: root, page: Self.link(to: run.folder.report, from: url))
    }
    let listing = RunListing(title: "Runs in \(root.lastPathComponent)", rows: rows)
    try AtomicFile.write(Data(listing.html.utf8), to: url)
    return url
  }

  /// A file's address as a page beside it or above it writes it, with what addresses cannot hold encoded.
  static func link(to file: URL, from page: URL) -> String {
    let target = file.standardizedFileURL.pathComponents
    let base = page.standardizedFileURL.deletingLastPathComponent().pathComponents
    let common = zip(target, base).prefix { $0 == $1 }.count
    let parts =
      Array(repeating: "..", count: base.count - common) + Array(target.dropFirst(common))
    var allowed = CharacterSet.urlPathAllowed
    allowed.remove(charactersIn: ":")
    return parts.map { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? $0 }
      .joined(separator: "/")
  }
}

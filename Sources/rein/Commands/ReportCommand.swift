import ArgumentParser
import Feedback
import Foundation
import Reports
import RunRecords

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write one HTML page for a run.",
    discussion: "The page is one file that needs no network: rein report runs/ppo")

  @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
  var folder: String

  @Option(help: "Where the page goes; none is report.html in the run folder.")
  var output: String?

  @Flag(help: "Print where the page is as one JSON object.")
  var json = false

  func run() throws {
    let run = try RunFolder(opening: URL(fileURLWithPath: folder))
    let events = try run.readEvents()
    let manifest = try run.readManifest()
    let samples = try run.readSamples()
    let names = Set(events.flatMap { $0.values.keys })
    let curves = names.sorted { $0.name < $1.name }.map { metric in
      MetricCurve(
        name: metric.name, explanation: metric.meaning,
        points: events.compactMap { event in
          event[metric].map { CurvePoint(step: Double(event.step), value: $0) }
        })
    }
    let text = (try? String(contentsOf: run.configuration, encoding: .utf8)) ?? ""
    let page = RunPage(
      content: RunReport(
        title: run.url.lastPathComponent, metrics: curves,
        samples: samples.suffix(24).map {
          RunSample(
            step: $0.step, prompt: $0.prompt, completion: $0.completion, scores: $0.rewards)
        }, configuration: text,
        provenance: Provenance(
          command: manifest.starts.last?.commandLine.joined(separator: " ") ?? "",
          settings: [
            SettingGroup(
              name: "Run",
              settings: [Setting("seed", "\(manifest.seed)")]
                + manifest.versions.sorted { $0.key < $1.key }.map { Setting($0.key, $0.value) })
          ]), notes: []))
    let url = output.map(URL.init(fileURLWithPath:)) ?? run.report
    try AtomicFile.write(Data(page.html.utf8), to: url)
    if json {
      try Console.printJSON(["page": url.relativePath])
    } else {
      Console.print(url.relativePath)
    }
  }
}

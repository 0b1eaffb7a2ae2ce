extension MethodComparisonPage {
  private typealias Entry = (
    identifier: String, run: MethodComparison.Run, alarm: MethodComparison.Alarm
  )

  /// When monitors went off, and what they saw.
  var alarmSections: [Page.Section] {
    let groups = alarms
    guard groups.contains(where: { !$0.entries.isEmpty }) else { return [] }
    let meters = groups.flatMap(\.entries).map(\.alarm.meter).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    return [
      Page.Section("alarms", "Alarms", short: "Alarms") {
        tag("p") {
          "When a monitor went off in training. A mark leads to what it saw; marks lie in lanes so that seeds do not cover each other."
        }
        tag("div", ["class": "timeline"]) {
          figure("Alarms over training", nil, svg: timeline(groups, meters).svg)
        }
        groups.filter { !$0.entries.isEmpty }.map { group in
          tag("details", ["class": "card alarms"]) {
            tag("summary") {
              swatch(content.style(of: group.method))
              "\(group.method): \(counted(group.entries))"
            }
            group.entries.map(item)
          }
        }
        quietNote(groups)
      }
    ]
  }

  /// All alarms of each method, in the order of steps.
  private var alarms: [(method: String, entries: [Entry])] {
    content.methods.enumerated().map { place, method in
      let found = content.pairedTasks.flatMap { content.runs(of: method.name, on: $0.name) }
        .flatMap { run in run.alarms.map { (run, $0) } }.sorted { $0.1.step < $1.1.step }
      return (
        method.name,
        found.enumerated().map { ("alarm-\(place + 1)-\($0 + 1)", $1.0, $1.1) }
      )
    }
  }

  private func timeline(
    _ groups: [(method: String, entries: [Entry])], _ meters: [String]
  ) -> AlarmTimeline {
    let steps = content.runs.flatMap { run in
      run.curves.values.flatMap { $0.map(\.step) } + run.alarms.map(\.step)
    }
    let total = groups.reduce(0) { $0 + $1.entries.count }
    return AlarmTimeline(
      text: ChartText(
        title: "Alarms over training",
        summary: "\(total) alarms. "
          + groups.map { "\($0.method): \(counted($0.entries))" }.joined(separator: "; ") + ".",
        horizontal: "step", vertical: ""),
      rows: groups.map { group in
        AlarmTimeline.Row(
          name: group.method, style: content.style(of: group.method),
          events: group.entries.enumerated().map { place, entry in
            AlarmTimeline.Event(
              step: entry.alarm.step, meter: meters.firstIndex(of: entry.alarm.meter) ?? 0,
              lane: place,
              tooltip:
                "\(group.method), \(title(entry)): \(entry.alarm.message) \(entry.alarm.evidence)",
              target: entry.identifier)
          })
      }, meters: meters, steps: Ticks.range(of: steps + [0], padding: 0))
  }

  private func title(_ entry: Entry) -> String {
    "\(entry.run.task), seed \(entry.run.seed), step \(NumberFormat.fixed(entry.alarm.step, decimals: 0))"
  }

  private func item(_ entry: Entry) -> Markup {
    let samples = entry.alarm.samples.filter { entry.run.samples.indices.contains($0) }.prefix(2)
    return tag("div", ["class": "alarm", "id": entry.identifier, "tabindex": "-1"]) {
      tag("p", ["class": "eyebrow"]) { title(entry) }
      tag("p") {
        tag("b") { entry.alarm.meter + ". " }
        entry.alarm.message
      }
      if !entry.alarm.evidence.isEmpty { tag("p", ["class": "note"]) { entry.alarm.evidence } }
      samples.map { place in
        tag("p", ["class": "quoted"]) {
          tag("span", ["class": "given"]) { entry.run.samples[place].prompt }
          entry.run.samples[place].tokens.map(\.text).joined()
        }
      }
    }
  }

  private func counted(_ entries: [Entry]) -> String {
    let runs = Set(entries.map { "\($0.run.task)\u{0}\($0.run.seed)" }).count
    return entries.isEmpty
      ? "no alarm"
      : "\(entries.count) alarm\(entries.count == 1 ? "" : "s") in \(runs) run\(runs == 1 ? "" : "s")"
  }

  private func quietNote(_ groups: [(method: String, entries: [Entry])]) -> Markup {
    let quiet = groups.filter(\.entries.isEmpty).map(\.method)
    return quiet.isEmpty
      ? .empty
      : tag("p", ["class": "note after"]) {
        "No alarm in any run of \(listed(quiet)); runs without monitors cannot raise any."
      }
  }
}

/// A chart in a frame, with its title in words that can be selected.
func figure(_ title: String, _ caption: String?, svg: String) -> Markup {
  tag("figure", ["class": "card"]) {
    tag("figcaption") {
      tag("h3") { title }
      if let caption { tag("span", ["class": "note"]) { caption } }
    }
    Markup(verbatim: svg)
  }
}

/// A series' marker in its colour, to stand before its name in text.
func swatch(_ style: SeriesStyle) -> Markup {
  tag(
    "svg",
    [
      "xmlns": "http://www.w3.org/2000/svg", "class": "swatch", "viewBox": "0 0 14 14",
      "aria-hidden": "true",
    ]
  ) {
    tag(
      "path",
      ["d": style.markerPath(x: 7, y: 7, radius: 5), "style": "fill:\(style.color)"])
  }
}

/// Series with their markers; as buttons, they pick one series out of all charts.
func seriesKey(_ entries: [(name: String, style: SeriesStyle)], of things: String) -> Markup {
  tag("div", ["class": "key", "role": "group", "aria-label": "Highlight a \(things)"]) {
    entries.map { entry in
      tag(
        "button",
        [
          "type": "button", "disabled": "disabled", "aria-pressed": "false",
          "data-pick": entry.style.identifier,
        ]
      ) {
        swatch(entry.style)
        entry.name
      }
    }
  }
}

/// A table that scrolls by itself where the page is too narrow for it.
func scrollingTable(_ table: TextTable, label: String) -> Markup {
  tag("div", ["class": "card"]) {
    tag("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label]) {
      table.markup
    }
  }
}

/// The command and the settings that made the numbers.
func provenanceSection(_ provenance: Provenance) -> Page.Section {
  Page.Section("settings", "Settings and command", short: "Settings") {
    if !provenance.command.isEmpty {
      tag("div", ["class": "card"]) {
        tag("p", ["class": "eyebrow"]) { "Command" }
        tag("pre") { tag("code") { provenance.command } }
      }
    }
    tag("div", ["class": "grid"]) {
      provenance.settings.map { group in
        tag("div", ["class": "card"]) {
          tag("h3") { group.name }
          tag("dl") {
            group.settings.map { setting in
              Markup([tag("dt") { setting.name }, tag("dd") { setting.value }])
            }
          }
        }
      }
    }
  }
}

/// Remarks, one paragraph each; no section without any.
func notesSection(_ notes: [String]) -> [Page.Section] {
  notes.isEmpty
    ? []
    : [
      Page.Section("notes", "Notes") {
        notes.map { note in tag("p") { note } }
      }
    ]
}

/// Rewards of a completion, as far as they are known.
func rewardText(_ sample: SampleText) -> String {
  [("proxy", sample.proxyReward), ("gold", sample.goldReward)].compactMap { name, value in
    value.map { "\(name) \(NumberFormat.fixed($0, decimals: 2))" }
  }.joined(separator: " · ")
}

extension MethodComparisonPage {
  private typealias Shown = (method: String, task: String, sample: MethodComparison.Sample)

  /// What the policies write, token by token.
  var sampleSections: [Page.Section] {
    let shown: [Shown] = content.pairedTasks.flatMap { task in
      content.methods.compactMap { method in
        content.tellingSample(of: method.name, on: task.name).map { (method.name, task.name, $0) }
      }
    }
    guard !shown.isEmpty else { return [] }
    let scales = TokenShade.allCases.compactMap { shade in
      shade.scale(of: shown.map(\.sample)).map { (shade: shade, scale: $0) }
    }
    let tasks = content.pairedTasks.filter { task in shown.contains { $0.task == task.name } }
    return [
      Page.Section("samples", "What they write", short: "Samples") {
        tag("p") {
          "One completion of each method, one that uses the flaw where there is one. "
            + (scales.isEmpty
              ? "" : "Tap a token, or rest on it, for its numbers.")
        }
        tag("div", ["class": "shading", "data-shade": scales.first?.shade.rawValue]) {
          shadeBar(scales, shown.map(\.sample))
          panels(
            "samples", purpose: "Choose a task",
            tasks.map { task in
              (
                task.name, nil,
                tag("div", ["class": "samples"]) {
                  shown.filter { $0.task == task.name }.map { card($0, scales) }
                }
              )
            })
        }
      }
    ]
  }

  /// Buttons that choose the number, and its scale.
  private func shadeBar(
    _ scales: [(shade: TokenShade, scale: Double)], _ samples: [MethodComparison.Sample]
  ) -> Markup {
    guard !scales.isEmpty else { return .empty }
    return tag("div", ["class": "card bar"]) {
      tag("div", ["class": "key", "role": "group", "aria-label": "Colour tokens by"]) {
        scales.enumerated().map { place, entry in
          tag(
            "button",
            [
              "type": "button", "disabled": "disabled", "data-by": entry.shade.rawValue,
              "aria-pressed": "\(place == 0)",
            ]
          ) { entry.shade.title }
        }
      }
      scales.map { shade, scale in
        let hasNegative = samples.flatMap(\.tokens).contains {
          TokenShade.step(shade.value($0) ?? 0, scale: scale) < 0
        }
        let end = NumberFormat.significant(scale, digits: 2)
        return tag("div", ["class": "legend", "data-legend": shade.rawValue]) {
          shadeScale(
            ends: (hasNegative ? "−" + end : "0", end + " or more"),
            steps: (hasNegative ? -TokenShade.reach : 0)...TokenShade.reach)
          tag("span", ["class": "note"]) { shade.explanation }
        }
      }
    }
  }

  private func card(_ shown: Shown, _ scales: [(shade: TokenShade, scale: Double)]) -> Markup {
    let sample = shown.sample
    return tag("div", ["class": "sample"]) {
      tag("header") {
        tag("b") {
          swatch(content.style(of: shown.method))
          shown.method
        }
        tag("span", ["class": sample.isHacked == true ? "badge bad" : "badge"]) {
          sample.isHacked.map { $0 ? "hacked" : "clean" } ?? "not judged"
        }
      }
      tag("p", ["class": "note"]) {
        "proxy \(NumberFormat.fixed(sample.proxyReward, decimals: 2)) · "
          + "gold \(NumberFormat.fixed(sample.goldReward, decimals: 2))"
      }
      tag("p") {
        tag("span", ["class": "given"]) { sample.prompt }
        sample.tokens.map { token($0, scales) }
      }
      if let words = peak(sample) {
        tag("p", ["class": "note readout", "aria-live": "polite"]) { words }
      }
    }
  }

  private func token(
    _ token: MethodComparison.Token, _ scales: [(shade: TokenShade, scale: Double)]
  ) -> Markup {
    let steps = Dictionary(
      uniqueKeysWithValues: scales.map { shade, scale in
        (shade, shade.value(token).map { TokenShade.step($0, scale: scale) } ?? 0)
      })
    func attribute(_ shade: TokenShade) -> String? {
      steps[shade].flatMap { $0 == 0 ? nil : String($0) }
    }
    let numbers = scales.compactMap { shade, _ in
      shade.value(token).map { "\(shade.title) \(NumberFormat.significant($0, digits: 2))" }
    }
    // The space before a word is no part of what is shaded.
    let space = token.text.prefix { $0 == " " }
    let word = tag(
      "span",
      [
        "class": "token", "data-kl": attribute(.divergence), "data-reward": attribute(.reward),
        "data-advantage": attribute(.advantage),
        "title": numbers.isEmpty ? nil : numbers.joined(separator: " · "),
      ]
    ) { String(token.text.dropFirst(space.count)) }
    return Markup([Markup(text: String(space)), word])
  }

  /// Where most of the KL lies, in words.
  private func peak(_ sample: MethodComparison.Sample) -> String? {
    let known = sample.tokens.compactMap { token in
      token.divergence.flatMap { $0.isFinite ? (text: token.text, value: $0) : nil }
    }
    guard let greatest = known.max(by: { $0.value < $1.value }) else { return nil }
    let total = known.reduce(0) { $0 + $1.value }
    return
      "KL \(NumberFormat.significant(total, digits: 2)) nats in all, most at “\(trimmed(greatest.text))”: "
      + NumberFormat.significant(greatest.value, digits: 2)
  }

  private func trimmed(_ text: String) -> Substring {
    let start = text.drop { $0.isWhitespace }
    return start.dropLast(start.reversed().prefix { $0.isWhitespace }.count)
  }
}

extension MethodComparison {
  /// A completion of a method's finished runs that uses the flaw, or else the first one.
  func tellingSample(of method: String, on task: String) -> Sample? {
    let samples = runs(of: method, on: task).filter { $0.failure == nil }.flatMap(\.samples)
    return samples.first { $0.isHacked == true } ?? samples.first
  }
}

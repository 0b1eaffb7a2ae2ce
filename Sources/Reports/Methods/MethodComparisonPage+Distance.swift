extension MethodComparisonPage {
  /// Rewards against √KL, and the front.
  var distanceSections: [Page.Section] {
    guard results.known([.divergence], in: .holes) != [] else { return [] }
    let holes = content.holes.map { (name: $0.name, scope: MethodComparison.Scope.task($0.name)) }
    let scopes =
      [(name: "All holes", scope: MethodComparison.Scope.holes)]
      + (holes.count > 1 ? holes : [])
      + (content.controls.isEmpty ? [] : [("All controls", .controls)])
    return [
      Page.Section("distance", "Reward against distance from the start", short: "Distance") {
        tag("p") {
          "Each line is a method’s way through training, averaged over seeds; small marks are where its seeds ended. "
            + "A method that climbs in proxy while it sinks in gold is taken in by the hole. Dotted: the front, above which nothing was seen."
        }
        seriesKey(content.methods.map { ($0.name, content.style(of: $0.name)) }, of: "method")
        panels(
          "distance", purpose: "Choose a task",
          scopes.map { name, scope in
            (
              name, nil,
              tag("div", ["class": "grid"]) {
                [MethodMetric.gold, .proxy].map { figure($0, in: scope, of: name) }
              }
            )
          })
        frontCard
      }
    ]
  }

  private func figure(
    _ metric: MethodMetric, in scope: MethodComparison.Scope, of name: String
  ) -> Markup {
    let series = content.methods.map { method in
      let ends = content.ends(metric, of: method.name, in: scope)
      let path = content.path(metric, of: method.name, in: scope)
      return TrajectoryChart.Series(
        name: method.name, style: content.style(of: method.name),
        path: path.isEmpty ? MethodComparison.middle(of: ends) : path, ends: ends)
    }
    let hasFront = metric == .gold && scope == .holes
    let places = results.front.points.indices.compactMap { place in
      results.front.isOnFront[place] ? results.front.points[place] : nil
    }
    let summary = content.methods.map { method in
      "\(method.name): \(metric.text(results.estimate(metric, of: method.name, in: scope))) "
        + "at KL \(MethodMetric.divergence.text(results.estimate(.divergence, of: method.name, in: scope)))"
    }
    let unit = content.isRewardNormalized && (scope == .holes || scope == .controls)
    let chart = TrajectoryChart(
      text: ChartText(
        title: "\(metric.title) against √KL, \(name)",
        summary: "After training. " + summary.joined(separator: "; ") + ".",
        horizontal: "√KL from the start (√nats per sequence)",
        vertical: metric.axis + (unit ? " (0 start, 1 best known)" : "")),
      series: series,
      front: hasFront
        ? places.map { .init(x: max(0, $0.divergence).squareRoot(), y: $0.gold) } : [])
    return Reports.figure(
      "\(metric.title) against √KL",
      name, svg: chart.svg)
  }

  private var frontCard: Markup {
    let gold = results.columns([.gold], in: .holes).first
    let divergence = results.columns([.divergence], in: .holes).first
    let equal = EstimateColumn(
      .gold,
      content.methods.map {
        results.goldAtEqualDivergence[$0.name] ?? Estimate([], bootstrap: results.bootstrap)
      })
    let table = TextTable(
      columns: [
        .init("Method"), .init("KL", alignment: .decimal), .init("Gold", alignment: .decimal),
        .init("On the front"), .init("Beaten in both by"),
        .init("Gold at equal KL", alignment: .decimal),
      ],
      rows: content.methods.enumerated().map { place, method in
        [
          .init(method.name), .init(divergence?.text(at: place) ?? NumberFormat.missing),
          .init(gold?.text(at: place) ?? NumberFormat.missing), frontCell(place),
          rivalCell(place), .init(equal.text(at: place)),
        ]
      })
    return tag("div", ["class": "card"]) {
      tag("h3") { "Who earns most for the distance" }
      tag("p", ["class": "note"]) {
        "Over the holes. Percentages say in how many resamples it holds. Equal KL is the greatest that all runs of a hole reached, "
          + "\(results.equalDivergenceText) nats; methods without curves have no such value."
      }
      tag(
        "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "The front"]
      ) { table.markup }
    }
  }

  private func frontCell(_ place: Int) -> TextTable.Cell {
    guard results.front.points[place] != nil else { return .init("not ranked", emphasis: .muted) }
    let share = results.front.frontShares[place].map { " (\(results.often($0)))" } ?? ""
    return results.front.isOnFront[place]
      ? .init("yes\(share)", emphasis: .strong) : .init("no\(share)")
  }

  private func rivalCell(_ place: Int) -> TextTable.Cell {
    guard let rival = results.strongestRival(of: place) else { return "" }
    let share = rival.share.map { " (\(results.often($0)))" } ?? ""
    return .init(content.methods[rival.place].name + share)
  }
}

extension MethodComparison {
  /// The way of a method through the plane of √KL and a reward, averaged over seeds.
  func path(
    _ metric: MethodMetric, of method: String, in scope: Scope
  ) -> [TrajectoryChart.Point] {
    let distances = seedCurves(.divergence, of: method, in: scope).map { curve in
      curve.map { CurvePoint(step: $0.step, value: max(0, $0.value).squareRoot()) }
    }
    return Band.joined(Band(distances), Band(seedCurves(metric, of: method, in: scope)))
  }

  /// Where each seed ended, averaged over its tasks.
  func ends(
    _ metric: MethodMetric, of method: String, in scope: Scope
  ) -> [TrajectoryChart.Point] {
    let places = tasks(in: scope).flatMap { task in
      runs(of: method, on: task.name).compactMap { run in
        run.value(.divergence).flatMap { divergence in
          run.value(metric).map {
            (run.seed, divergence, scaled($0, metric, of: task, in: scope))
          }
        }
      }
    }
    let seeds = Dictionary(grouping: places, by: \.0)
    return seeds.keys.sorted().compactMap { seed in
      let found = seeds[seed] ?? []
      return Summary(found.map(\.1)).mean.flatMap { divergence in
        Summary(found.map(\.2)).mean.map {
          .init(x: max(0, divergence).squareRoot(), y: $0)
        }
      }
    }
  }

  /// The mean of places, for a method that does not train and has no way.
  static func middle(of places: [TrajectoryChart.Point]) -> [TrajectoryChart.Point] {
    Summary(places.map(\.x)).mean.flatMap { x in
      Summary(places.map(\.y)).mean.map { [.init(x: x, y: $0)] }
    } ?? []
  }
}

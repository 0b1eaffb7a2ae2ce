import Environments
import Foundation
public import Reports

/// The page of the prisoner's dilemma: shares over training, what was published beside what was found, and the theory.
public struct DilemmaReport {
  private let configuration: DilemmaConfiguration
  private let runs: [DilemmaRun]
  private let command: String

  /// A page's content.
  public init(_ configuration: DilemmaConfiguration, runs: [DilemmaRun], command: String) {
    self.configuration = configuration
    self.runs = runs
    self.command = command
  }

  private var variants: [DilemmaVariant] {
    configuration.variants.filter { variant in runs.contains { $0.variant == variant } }
  }

  private func runs(of variant: DilemmaVariant) -> [DilemmaRun] {
    runs.filter { $0.variant == variant }
  }

  private var isPublished: Bool {
    var published = DilemmaConfiguration()
    published.variants = configuration.variants
    published.seeds = configuration.seeds
    published.updates = configuration.updates
    published.workers = configuration.workers
    return published == configuration
  }

  /// What the page shows.
  public var content: ExperimentReport {
    ExperimentReport(
      title: "The prisoner's dilemma against one's past self",
      introduction: [
        "A small decoder plays the iterated prisoner's dilemma against its own last action. Does PPO collapse onto one strategy, and does the action-conditioned "
          + "error (ACTDE) keep a mixture: the softmax of returns, uniform, or neither? Setting of Turner & Einhorn (2023) and their code: 64 games of 100 actions, four "
          + "full-batch updates each, γ = \(number(configuration.discount)), λ = \(number(configuration.lambda)), dropout on while playing and learning.",
        "Runs are the unit: means over seeds, bands are their 95\u{202F}% intervals, faint lines the single runs.",
      ],
      parts: [sharesPart, tablePart, endingPart] + (isPublished ? [publishedPart] : []) + [
        theoryPart
      ],
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Experiment",
            settings: [
              Setting("runs per variant", "\(configuration.seeds)"),
              Setting("optimizer steps", "\(configuration.updates)"),
              Setting("games × actions", "\(configuration.games) × \(configuration.length)"),
              Setting("updates per rollout", "\(configuration.updatesPerRollout)"),
              Setting("learning rate", "\(configuration.learningRate)"),
              Setting("weight decay", "\(configuration.weightDecay)"),
              Setting("dropout", "\(configuration.dropout)"),
              Setting("payoffs", "\(configuration.payoffs)"),
            ])
        ]))
  }

  private var sharesPart: ExperimentReport.Part {
    let world = try? PrisonersDilemma(payoffs: configuration.payoffs)
    let points = world.map { DilemmaEnding.candidates($0, discount: bounded).dropFirst() } ?? []
    let charts: [(String, KeyPath<DilemmaPoint, Double>, KeyPath<DilemmaEnding.Shares, Double>)] = [
      ("Alternating", \.alternating, \.alternating),
      ("Cooperating after cooperating", \.cooperating, \.cooperating),
      ("Defecting after defecting", \.defecting, \.defecting),
    ]
    return ExperimentReport.Part(
      heading: "Shares of actions during training", shortHeading: "Shares",
      paragraphs: [
        "Dotted: the softmax of the three strategies' returns, which the authors expected, and the point where tabular ACTDE with equal step sizes is at rest, "
          + "π ∝ exp(q_π): the self-consistent point.",
        variants.map { "\($0.rawValue): \($0.meaning)" }.joined(separator: "; ") + ".",
      ],
      charts: charts.map { title, path, share in
        let references = points.map {
          LineChart.Reference(name: $0.name, value: $0.shares[keyPath: share])
        }
        return chart(title, path, references: references, range: 0...1)
      } + [chart("Mean return to go", \.meanReturn, references: [], range: nil)])
  }

  private func chart(
    _ title: String, _ path: KeyPath<DilemmaPoint, Double>, references: [LineChart.Reference],
    range: ClosedRange<Double>?
  ) -> ExperimentReport.Chart {
    let series = variants.enumerated().map { place, variant in
      LineChart.Series(
        name: variant.rawValue, style: .numbered(place),
        band: Band(
          runs(of: variant).map { run in
            run.curve.map { CurvePoint(step: Double($0.update), value: $0[keyPath: path]) }
          }))
    }
    let ends = variants.map { variant in
      let last = Summary(runs(of: variant).compactMap { $0.last?[keyPath: path] }).mean
      return "\(variant.rawValue) \(NumberFormat.significant(last))"
    }
    return ExperimentReport.Chart(
      LineChart(
        text: ChartText(
          title: title, summary: "At the end: \(ends.joined(separator: ", ")).",
          horizontal: "optimizer steps", vertical: ""), series: series, references: references,
        range: range, members: .faint))
  }

  private var tablePart: ExperimentReport.Part {
    let steps = [100, 200, 500, 1_000, 2_000, 4_000, 8_000, 10_000].filter {
      $0 <= configuration.updates
    }
    let shares = TextTable(
      columns: [.init("variant"), .init("runs", alignment: .trailing)]
        + steps.map { .init("\($0)", alignment: .decimal) },
      rows: variants.map { variant in
        let own = runs(of: variant)
        return ["\(variant.rawValue)", "\(own.count)"]
          + steps.map { step in
            cell(Summary(own.compactMap { $0.point(at: step)?.alternating }))
          }
      })
    return ExperimentReport.Part(
      heading: "In figures", shortHeading: "Figures",
      tables: [
        .init(
          title: "Share of alternating by optimizer steps",
          caption: "Mean ± half of the 95 % interval; of two runs, both.",
          shares)
      ])
  }

  private var publishedPart: ExperimentReport.Part {
    var met = 0
    let known = DilemmaTarget.all.compactMap { target in
      target.verdict(runs).map { (target, $0) }
    }
    let table = TextTable(
      columns: [
        .init("variant"), .init("quantity"), .init("at", alignment: .trailing),
        .init("published"), .init("found", alignment: .decimal), .init("our runs"), .init("met"),
        .init("source"),
      ],
      rows: known.map { target, verdict in
        if verdict.isMet { met += 1 }
        let isStep = target.quantity == .reach
        let text = { NumberFormat.fixed($0, decimals: isStep ? 0 : 3) }
        return [
          "\(target.variant.rawValue)",
          isStep ? "first update at that share" : "\(target.quantity.rawValue)",
          isStep ? "\(target.place)" : "\(Int(target.place))", "\(target.published)",
          "\(text(verdict.value))",
          "\(text(verdict.runs.lowerBound)) to \(text(verdict.runs.upperBound))",
          verdict.isMet ? .init("yes", emphasis: .good) : .init("no", emphasis: .caution),
          "\(target.source)",
        ]
      })
    return ExperimentReport.Part(
      heading: "What was published, number by number", shortHeading: "Published",
      paragraphs: known.isEmpty
        ? ["These runs are too short for the published figures."]
        : [
          "\(met) of \(known.count) figures are met: a mean over several published runs must be matched within its tolerance, a single published run must not lie "
            + "outside what our runs do."
        ],
      tables: known.isEmpty ? [] : [.init(title: "Published and found", table)])
  }

  private var bounded: Double { min(configuration.discount, 0.999_999) }

  private func number(_ value: Double) -> String { NumberFormat.significant(value) }

  private func cell(_ summary: Summary) -> TextTable.Cell {
    summary.count == 0 ? "–" : .init(NumberFormat.estimate(summary, decimals: 3))
  }
}

extension DilemmaReport {
  /// The authors' question: where training ends.
  private var endingPart: ExperimentReport.Part {
    let candidates =
      (try? PrisonersDilemma(payoffs: configuration.payoffs)).map {
        DilemmaEnding.candidates($0, discount: bounded)
      } ?? []
    let text = { (value: Double) in NumberFormat.fixed(value, decimals: 3) }
    let points = candidates.map { candidate -> [TextTable.Cell] in
      [.init(candidate.name)]
        + DilemmaEnding.Shares.all.map { .init(text(candidate.shares[keyPath: $0])) }
        + ["", "", "", ""]
    }
    let rows = variants.map { variant -> [TextTable.Cell] in
      let ending = DilemmaEnding(runs(of: variant))
      let ends = ending.shares.map(\.alternating)
      let consistent = ending.consistent(among: candidates).map { found in
        found.isEmpty ? "none" : found.map(\.name).joined(separator: ", ")
      }
      return [.init(variant.rawValue)]
        + DilemmaEnding.Shares.all.map { path in
          cell(Summary(ending.shares.map { $0[keyPath: path] }))
        } + [
          .init(ends.min().map { "\(text($0)) to \(text(ends.max() ?? $0))" } ?? "–"),
          cell(Summary(ending.changes)), cell(Summary(ending.meanReturns)),
          .init(consistent ?? "–"),
        ]
    }
    return ExperimentReport.Part(
      heading: "Uniform, softmax or neither: the last tenth of training", shortHeading: "Ending",
      paragraphs: [
        "Each run's mean over the last tenth comes first. A point is consistent with a variant if all three of its shares lie in the intervals; where runs lie "
          + "far apart, or go on moving, being consistent with a point is no sign of resting there. The change is that of alternating since the tenth around the middle."
      ],
      tables: [
        .init(
          title: "Where runs end",
          TextTable(
            columns: [
              .init("point or variant"), .init("alternating"), .init("cooperating"),
              .init("defecting"), .init("alternating, runs"), .init("change", alignment: .decimal),
              .init("mean return", alignment: .decimal), .init("consistent with"),
            ], rows: points + rows))
      ])
  }

  /// Thresholds and optimal strategies of all matrices, and the self-consistent points of this one.
  private var theoryPart: ExperimentReport.Part {
    var worlds: [(String, PrisonersDilemma)] = [
      ("published", .published), ("mild temptation", .mildTemptation),
      ("faint temptation", .faintTemptation), ("costly cooperation", .costlyCooperation),
    ]
    if !worlds.contains(where: { $0.1.payoffs == configuration.payoffs }),
      let own = try? PrisonersDilemma(payoffs: configuration.payoffs)
    {
      worlds.insert(("this one", own), at: 0)
    }
    let names: [PrisonersDilemma.Strategy: String] = [
      .alwaysCooperate: "cooperate", .alwaysDefect: "defect", .alternate: "alternate",
      .repeatLast: "repeat",
    ]
    let matrices = TextTable(
      columns: [
        .init("matrix"), .init("payoffs [now][before]"), .init("best strategy by γ"),
        .init("best at γ = \(number(configuration.discount))"),
        .init("equal after c"), .init("equal after d"),
      ],
      rows: worlds.map { name, world in
        let thresholds = world.optimalStrategyThresholds
        let first = names[thresholds.first?.below ?? world.optimalStrategy(discount: 0.5)] ?? ""
        let chain = thresholds.reduce(first) {
          "\($0) < \(NumberFormat.fixed($1.discount, decimals: 4)) < \(names[$1.above] ?? "")"
        }
        let equal = (0...1).map { before in
          world.equalValueDiscounts(of: .alwaysCooperate, and: .alwaysDefect, after: before)
            .map { NumberFormat.fixed($0, decimals: 4) }.joined(separator: ", ")
        }
        return [
          "\(name)", "\(world.payoffs)", "\(chain)",
          "\(names[world.optimalStrategy(discount: bounded)] ?? "")",
          "\(equal[0])", "\(equal[1])",
        ]
      })
    let ratios = [0.5, 1, 2, 5, 20]
    let world = worlds.first { $0.1.payoffs == configuration.payoffs }?.1 ?? .published
    let points = TextTable(
      columns: [
        .init("η/α", alignment: .decimal), .init("alternating", alignment: .decimal),
        .init("cooperating", alignment: .decimal), .init("defecting", alignment: .decimal),
      ],
      rows: ratios.map { ratio in
        let point = world.selfConsistentPolicy(discount: bounded, ratio: ratio)
        return ["\(number(ratio))"]
          + [point.alternatingShare, point.cooperatingShare, point.defectingShare].map {
            "\(NumberFormat.fixed($0, decimals: 3))"
          }
      })
    return ExperimentReport.Part(
      heading: "What theory says", shortHeading: "Theory",
      paragraphs: [
        "A stationary strategy on two states is one of four. Which one is best depends on the discount; the thresholds follow from their exact values.",
        "Tabular ACTDE that moves a logit by ηδ and Q by αδ for the same error leaves logit − (η/α)·Q where it was: it can only rest at π ∝ exp((η/α)·q_π). "
          + "A network has no such invariant: every policy whose Q is right is at rest.",
      ],
      tables: [
        .init(
          title: "Discount thresholds",
          caption:
            "Equal: the γ at which cooperating for ever and defecting for ever are worth the same, after cooperating (c) or defecting (d).",
          matrices),
        .init(title: "Self-consistent points of this matrix", points),
      ])
  }
}

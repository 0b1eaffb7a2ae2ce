import Foundation
public import Reports

/// The page of feedback on tokens: what a bit of annotation buys, and what it costs elsewhere.
public struct TokenFeedbackReport {
  let configuration: TokenFeedbackConfiguration
  let runs: [TokenFeedbackRun]
  private let command: String

  /// A page's content.
  ///
  /// - Parameters:
  ///   - configuration: The settings.
  ///   - runs: What came out.
  ///   - command: What was typed.
  public init(
    _ configuration: TokenFeedbackConfiguration, runs: [TokenFeedbackRun], command: String
  ) {
    self.configuration = configuration
    self.runs = runs
    self.command = command
  }

  /// What the page shows.
  public var content: ExperimentReport {
    ExperimentReport(
      title: "Marks on tokens, or comparisons of texts",
      introduction: [
        "Texts of three sentences, each of a country and its capital. Of half of the 16 countries the base policy has a certain wrong capital three times in five. An annotator "
          + "who knows the facts marks single words, good or bad, or says which of two texts has fewer faults, with the same number of bits to spend: "
          + "log₂(tokens of the text) + 1 for a mark, 4 more where the right word is named, 1 for a comparison.",
        "Annotators see two registers, news and letters. Everything about facts is exact: the policy's probability of a wrong name where a name is "
          + "due. Figures are means over worlds with their 95\u{202F}% intervals.",
      ],
      parts: [bitsPart, elsewherePart, noisePart, freePart, goalPart, methodsPart]
        .filter { !$0.tables.isEmpty || !$0.charts.isEmpty },
      provenance: Provenance(
        command: command,
        settings: [
          SettingGroup(
            name: "Experiment",
            settings: [
              Setting("worlds", "\(configuration.seeds)"),
              Setting("texts of a base policy", "\(configuration.texts)"),
              Setting("steps on marks, and of reward models", "\(configuration.steps)"),
              Setting("their learning rate", "\(configuration.learningRate)"),
              Setting("β of marks", "\(configuration.beta)"),
              Setting(
                "PPO",
                "\(configuration.policySteps) steps of \(configuration.episodesPerStep) texts, rate \(configuration.policyLearningRate), KL penalty \(configuration.policyPenalty)"
              ),
            ])
        ]))
  }

  /// A column of a table: its title, its number, and how many digits follow the point.
  typealias Column = (title: String, value: (TokenFeedbackRun) -> Double?, decimals: Int)

  func runs(_ isWanted: (TokenFeedbackRun.Setting) -> Bool) -> [TokenFeedbackRun] {
    runs.filter { isWanted($0.setting) }
  }

  /// The methods that have such runs, in order.
  func methods(_ runs: [TokenFeedbackRun]) -> [TokenMethod] {
    configuration.methods.filter { method in runs.contains { $0.setting.method == method } }
  }

  /// A row for each method and each value of what was varied.
  func table(
    _ runs: [TokenFeedbackRun], by name: String? = nil,
    _ varied: (TokenFeedbackRun.Setting) -> Double = { _ in 0 }, columns: [Column]
  ) -> TextTable {
    let values = Set(runs.map { varied($0.setting) }).sorted()
    return TextTable(
      columns: [.init("method")] + (name.map { [.init($0, alignment: .trailing)] } ?? [])
        + columns.map { .init($0.title, alignment: .decimal) },
      rows: methods(runs).flatMap { method in
        values.compactMap { value in
          let all = runs.filter { $0.setting.method == method && varied($0.setting) == value }
          guard !all.isEmpty else { return nil }
          return [.init(method.rawValue)]
            + (name == nil ? [] : [.init(number(value))])
            + columns.map { column in
              let summary = Summary(all.compactMap(column.value))
              return summary.count == 0
                ? "–" : .init(NumberFormat.estimate(summary, decimals: column.decimals))
            }
        }
      })
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  private func style(_ method: TokenMethod) -> SeriesStyle {
    .numbered(TokenMethod.allCases.firstIndex(of: method) ?? 0)
  }

  // MARK: Parts

  private var local: [TokenFeedbackRun] {
    runs { $0.goal == .truth && $0.noise == 0 && $0.isHeld }
  }

  private var bitsPart: ExperimentReport.Part {
    let base = Summary(local.filter { $0.setting.method == .base }.map(\.measure.falseShare))
    return ExperimentReport.Part(
      heading: "What a bit buys", shortHeading: "Bits",
      paragraphs: base.count == 0
        ? []
        : [
          "Misconceived countries, in the registers that annotators see: the base policy says something false with probability \(NumberFormat.estimate(base, decimals: 3))."
        ],
      tables: local.isEmpty
        ? []
        : [
          .init(
            title: "Falsehood left",
            caption:
              "False: probability of a wrong name where one is due. Unseen: in a register that no annotator saw. Reversed: the country asked for, not the capital. "
              + "True texts: share of sampled texts without a falsehood.",
            table(
              local, by: "bits", { $0.bits },
              columns: [
                ("judgements", { Double($0.judgements) }, 0),
                ("false", { $0.measure.falseShare }, 3),
                ("unseen", { $0.measure.paraphrasedFalseShare }, 3),
                ("reversed", { $0.measure.reversedFalseShare }, 3),
                ("true texts", { $0.success }, 3),
                ("reward model", { $0.rewardAccuracy }, 3),
              ]))
        ],
      charts: local.isEmpty
        ? []
        : [
          chart("Falsehood over bits", "in registers that annotators see") {
            $0.measure.falseShare
          },
          chart("Falsehood over bits, unseen register", "in a register that no annotator saw") {
            $0.measure.paraphrasedFalseShare
          },
        ])
  }

  private func chart(
    _ title: String, _ what: String, _ value: (TokenFeedbackRun) -> Double
  ) -> ExperimentReport.Chart {
    let base = Summary(local.filter { $0.setting.method == .base }.map(value)).mean
    let series = methods(local).filter { $0 != .base }.map { method in
      LineChart.Series(
        name: method.rawValue, style: style(method),
        band: Band(
          (0..<configuration.seeds).map { seed in
            local.filter { $0.setting.method == method && $0.seed == seed }
              .sorted { $0.setting.bits < $1.setting.bits }
              .map { CurvePoint(step: $0.setting.bits, value: value($0)) }
          }))
    }
    return ExperimentReport.Chart(
      caption: "Shaded: 95 % intervals over worlds.",
      LineChart(
        text: ChartText(
          title: title, summary: "Probability of a wrong name \(what), by method and bits.",
          horizontal: "bits of annotation", vertical: "probability of a wrong name"),
        series: series,
        references: base.map { [.init(name: "base", value: $0)] } ?? [], stepSpacing: .logarithmic))
  }

  private var elsewherePart: ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "What it costs elsewhere", shortHeading: "Costs",
      tables: local.isEmpty
        ? []
        : [
          .init(
            title: "Beside the facts",
            caption:
              "Collateral: probability of a wrong name for countries that the base policy had right. Perplexity and KL from the base policy: of all words that decide nothing, in true texts. "
              + "Length: of sampled texts, in tokens.",
            table(
              local, by: "bits", { $0.bits },
              columns: [
                ("collateral", { $0.measure.collateral }, 3),
                ("perplexity", { $0.measure.perplexity }, 3),
                ("KL", { $0.measure.drift }, 4), ("length", { $0.length }, 1),
              ]))
        ])
  }

  private var noisePart: ExperimentReport.Part {
    let found = runs {
      $0.goal == .truth && $0.isHeld && ($0.bits == configuration.middleBits || $0.bits == 0)
    }
    let hasNoise = found.contains { $0.setting.noise > 0 }
    return ExperimentReport.Part(
      heading: "Annotators who err", shortHeading: "Errors",
      tables: !hasNoise
        ? []
        : [
          .init(
            title: "Falsehood left on \(number(configuration.middleBits)) bits",
            caption: "Error: how often a verdict is turned round.",
            table(
              found, by: "error", { $0.noise },
              columns: [
                ("false", { $0.measure.falseShare }, 3),
                ("unseen", { $0.measure.paraphrasedFalseShare }, 3),
                ("collateral", { $0.measure.collateral }, 3),
                ("perplexity", { $0.measure.perplexity }, 3),
              ]))
        ])
  }

  private var freePart: ExperimentReport.Part {
    let found = runs {
      $0.goal == .truth && $0.noise == 0 && $0.bits == configuration.middleBits
        && $0.method.objective != nil
    }
    return ExperimentReport.Part(
      heading: "With nothing to hold unmarked words", shortHeading: "Unheld",
      tables: !found.contains { !$0.setting.isHeld }
        ? []
        : [
          .init(
            title: "Who stops by itself",
            caption:
              "Held: 1 with KL on unmarked words, 0 without. Belief: probability of the certain wrong capital, geometric mean and largest over contexts that annotators see.",
            table(
              found, by: "held", { $0.isHeld ? 1 : 0 },
              columns: [
                ("log₁₀ typical belief", { log10(max($0.measure.typicalBelief, 1e-38)) }, 1),
                ("log₁₀ largest", { log10(max($0.measure.largestBelief, 1e-38)) }, 1),
                ("false", { $0.measure.falseShare }, 3),
                ("perplexity", { $0.measure.perplexity }, 3),
                ("KL", { $0.measure.drift }, 4),
              ]))
        ])
  }

  private var goalPart: ExperimentReport.Part {
    let found = runs { $0.goal == .coverage }
    return ExperimentReport.Part(
      heading: "A goal that no single word reaches", shortHeading: "Boundary",
      paragraphs: [
        "The three countries shall come from the three thirds of the alphabet. No word is wrong by itself: whether a text succeeds shows at its end, and there the mark is."
      ],
      tables: found.isEmpty
        ? []
        : [
          .init(
            title: "Texts that succeed, on \(number(configuration.middleBits)) bits",
            caption: "Share of 512 sampled texts.",
            table(
              found,
              columns: [
                ("succeed", { $0.success }, 3), ("length", { $0.length }, 1),
                ("perplexity", { $0.measure.perplexity }, 3),
                ("reward model", { $0.rewardAccuracy }, 3),
              ]))
        ])
  }

  private var methodsPart: ExperimentReport.Part {
    ExperimentReport.Part(
      heading: "The methods", shortHeading: "Methods",
      tables: [
        .init(
          title: "What each method is",
          TextTable(
            columns: [.init("method"), .init("what")],
            rows: configuration.methods.map { ["\($0.rawValue)", "\($0.meaning)"] }))
      ])
  }
}

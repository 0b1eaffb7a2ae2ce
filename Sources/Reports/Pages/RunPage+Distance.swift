extension RunPage {
  /// Rewards against √KL: what was bought by moving away from the reference.
  var distanceSections: [Page.Section] {
    let figures = [trainingFigure, bestAnswersFigure].compactMap(\.self)
    guard !figures.isEmpty else { return [] }
    return [
      Page.Section("distance", "Reward against distance", short: "Distance") {
        tag("p") {
          "How much reward was bought for how much movement away from the reference. A score that rises while "
            + "the gold reward falls is reward hacking."
        }
        tag("div", ["class": "grid"]) { figures }
      }
    ]
  }

  /// One path through training.
  private var trainingFigure: Markup? {
    guard let divergence = curve("objective/kl") else { return nil }
    let rewards = { (metric: String) in curve(metric).map { path(divergence, $0) } ?? [] }
    return rewardFigure(
      "Reward against √KL", "Markers are the ends.", .reinforcement,
      horizontal: "√KL from the reference (√nats per sequence)",
      score: rewards("objective/scores"), gold: rewards("hack/gold_reward"))
  }

  /// One point for each number of answers to choose from.
  private var bestAnswersFigure: Markup? {
    let ordered = content.bestAnswers.sorted { $0.divergence < $1.divergence }
    let rewards = { (reward: (BestAnswers) -> Double?) in
      ordered.compactMap { answers in
        reward(answers).map {
          TrajectoryChart.Point(x: max(0, answers.divergence).squareRoot(), y: $0)
        }
      }
    }
    let golds = rewards(\.gold)
    return rewardFigure(
      "The best of \(ordered.last?.count ?? 0) answers, and of fewer",
      "Expected rewards of the answer that scores best of 1, 2, 4, … of them.", .bestOfN,
      horizontal: "√KL from the policy that answered (√nats)",
      score: rewards(\.score), gold: golds, start: golds.first { $0.x == 0 }?.y)
  }

  /// Score and gold, and the curve fitted to gold.
  private func rewardFigure(
    _ title: String, _ caption: String, _ form: OveroptimizationCurve.Form, horizontal: String,
    score: [TrajectoryChart.Point], gold: [TrajectoryChart.Point], start: Double? = nil
  ) -> Markup? {
    let fit = OveroptimizationCurve(
      form, to: gold.map { .init(distance: $0.x, reward: $0.y) }, start: start)
    let series = [
      TrajectoryChart.Series(name: "score", style: .numbered(0), path: score, ends: []),
      TrajectoryChart.Series(name: "gold", style: .numbered(3), path: gold, ends: []),
      TrajectoryChart.Series(
        name: "gold, fitted", style: .numbered(5),
        path: fit.map { $0.points().map { .init(x: $0.distance, y: $0.reward) } } ?? [], ends: [],
        isFit: true),
    ].filter { !$0.path.isEmpty }
    guard !series.isEmpty else { return nil }
    let fitted = fit.map { " Gold is fitted by the form of Gao and others (2022): \($0.summary)" }
    let words = caption + (fitted ?? "")
    let chart = TrajectoryChart(
      text: ChartText(title: title, summary: words, horizontal: horizontal, vertical: "reward"),
      series: series)
    return figure(title, words, svg: chart.svg)
  }

  /// Estimates of KL below zero count as zero; only steps that have both numbers.
  private func path(_ divergence: MetricCurve, _ reward: MetricCurve) -> [TrajectoryChart.Point] {
    let roots = divergence.points.map {
      CurvePoint(step: $0.step, value: max(0, $0.value).squareRoot())
    }
    let common = Set(finiteSteps(roots)).intersection(finiteSteps(reward.points))
    let (horizontal, vertical) = (
      roots.filter { common.contains($0.step) },
      reward.points.filter { common.contains($0.step) }
    )
    return Band.joined(Band([horizontal], limit: 60), Band([vertical], limit: 60))
  }

  private func finiteSteps(_ points: [CurvePoint]) -> [Double] {
    points.filter(\.value.isFinite).map(\.step)
  }
}

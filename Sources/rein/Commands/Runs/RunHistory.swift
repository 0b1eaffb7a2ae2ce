import Reports
import RunRecords

/// What a run recorded, as reports take it.
struct RunHistory {
  /// One curve for each metric, by name.
  let curves: [MetricCurve]
  /// The completions, their divergence among the scores.
  let samples: [RunSample]

  init(of run: RunFolder) throws {
    let events = try run.readEvents()
    let metrics = Set(events.flatMap { $0.values.keys })
    curves = metrics.sorted { $0.name < $1.name }.map { metric in
      MetricCurve(
        name: metric.name, explanation: metric.meaning,
        points: events.compactMap { event in
          event[metric].map { CurvePoint(step: Double(event.step), value: $0) }
        })
    }
    samples = try run.readSamples().map { sample in
      RunSample(
        step: sample.step, prompt: sample.prompt, completion: sample.completion,
        scores: sample.rewards.merging(sample.kl.map { ["kl": $0] } ?? [:]) { $1 })
    }
  }
}

import Foundation
import Torch

/// Turns a model's scores into the distribution that tokens are drawn from, for the rows that are still being written.
///
/// In the order of transformers: repetition penalty, no early end, temperature, top-k, top-p, min-p. Tokens that cannot be
/// drawn have −∞.
struct ScoreProcessor {
  private let sampling: Sampling
  private let stopTokens: [Int]
  // 1 at every token of a row's prompt and answer [rows, vocabulary]; nil where repetition costs nothing.
  private var seen: Tensor?

  init(
    _ sampling: Sampling, stopTokens: [Int], prompts: [[Int]], vocabularyCount: Int, device: Device
  ) {
    self.sampling = sampling
    self.stopTokens = stopTokens
    guard sampling.repetitionPenalty != 1 else { return }
    let longest = prompts.map(\.count).max() ?? 0
    // A token may be named twice: short prompts repeat their first.
    let filled = prompts.flatMap { $0 + Array(repeating: $0[0], count: longest - $0.count) }
    let places = Tensor(filled, shape: [prompts.count, longest], device: device)
    seen = Tensor.zeros([prompts.count, vocabularyCount], device: device)
      .scattering(.ones([prompts.count, longest], device: device), at: places, along: 1)
  }

  /// [rows, vocabulary] → [rows, vocabulary].
  func callAsFunction(_ logits: Tensor, step: Int) -> Tensor {
    var scores = logits
    if let seen { scores = penalized(scores, seen) }
    if step < sampling.minimumLength {
      for token in stopTokens { scores = forbidding(token, in: scores) }
    }
    if sampling.temperature > 0 && sampling.temperature != 1 {
      scores = scores / sampling.temperature
    }
    if sampling.topK > 0 && sampling.topK < scores.size(1) { scores = mostProbable(scores) }
    if sampling.topP < 1 { scores = nucleus(scores) }
    if sampling.minimumP > 0 { scores = nearBest(scores) }
    return scores
  }

  /// Writes down what was drawn [rows].
  mutating func append(_ tokens: Tensor) {
    guard let marks = seen else { return }
    let ones = Tensor.ones([tokens.count, 1], device: tokens.device)
    seen = marks.scattering(ones, at: tokens.unsqueezed(1), along: 1)
  }

  mutating func keep(rows: Tensor) { seen = seen?.selecting(rows, along: 0) }

  // Scores of tokens met before are divided by the penalty, negative ones multiplied (Keskar and others 2019, arXiv 1909.05858).
  private func penalized(_ scores: Tensor, _ seen: Tensor) -> Tensor {
    let lowered = (scores / sampling.repetitionPenalty)
      .minimum(scores * sampling.repetitionPenalty)
    let raised = (scores / sampling.repetitionPenalty)
      .maximum(scores * sampling.repetitionPenalty)
    return scores.replacing(
      with: sampling.repetitionPenalty > 1 ? lowered : raised, where: seen .> 0)
  }

  private func forbidding(_ token: Int, in scores: Tensor) -> Tensor {
    let (rows, device) = (scores.size(0), scores.device)
    let place = Tensor.full([rows, 1], Double(token), dataType: .int64, device: device)
    let never = Tensor.full([rows, 1], -.infinity, dataType: scores.dataType, device: device)
    return scores.scattering(never, at: place, along: 1)
  }

  private func mostProbable(_ scores: Tensor) -> Tensor {
    let least = scores.largest(sampling.topK, along: 1).values
      .slice(1, sampling.topK - 1..<sampling.topK)
    return scores.replacing(with: -.infinity, where: scores .< least)
  }

  private func nucleus(_ scores: Tensor) -> Tensor {
    let (sorted, order) = scores.sorted(along: 1, descending: true)
    let probabilities = sorted.softmax(along: 1)
    // A token stays while the sum before it has not reached the bound, so the first always stays.
    let outside = (probabilities.cumulativeSum(along: 1) - probabilities) .>= sampling.topP
    let cut = sorted.replacing(with: -.infinity, where: outside)
    return scores.scattering(cut, at: order, along: 1)
  }

  // p ≥ share · largest p, in logarithms (Nguyen and others 2024, arXiv 2407.01082).
  private func nearBest(_ scores: Tensor) -> Tensor {
    let best = scores.maximum(along: 1, keepingDimensions: true)
    return scores.replacing(with: -.infinity, where: scores .< best + log(sampling.minimumP))
  }
}

import LanguageModels
import Torch

extension RowChecks {
  /// The loss is that of the learned tokens, found again from whole texts, one by one.
  static let answersAlone = Check<RowScene>("loss is of the answers alone") { scene in
    guard let alone = scene.passes.alone else { return .skipped("scores are of whole texts") }
    let given = scene.texts.count { text in text.learned.contains { $0 < text.promptCount } }
    let expected = scene.sample.map(alone)
    let gap = largestDifference(
      scene.passes.numbers(scene.sample, 0).flatMap(\.self), expected.flatMap(\.self))
    var measured =
      "\(given) texts of which given tokens are learned (bound 0); largest |Δ log π| to whole texts \(gap.figures)"
    var loss = 0.0
    if scene.kind == .texts {
      let mean = -Moments(expected.flatMap(\.self)).mean
      loss = abs(scene.passes.loss(scene.sample, 1).value - mean)
      measured += ", |Δ loss| \(loss.figures)"
    }
    let bound = scene.rowTolerance
    measured += " (bound \(bound.figures))"
    return given == 0 && gap <= bound && loss <= scene.tolerance
      ? .passed(measured)
      : .failed(
        measured,
        "something else than the answers' tokens is learned: set compute.precision weights; where it is that already, please report it"
      )
  }

  /// The policy says what its reference says, where that is the policy.
  static let reference = Check<RowScene>("policy is the reference at the start") { scene in
    guard let reference = scene.passes.reference else {
      return .skipped("the objective is reference-free")
    }
    let policy = scene.passes.numbers(scene.sample, 0).flatMap(\.self)
    let trusted = reference(scene.sample).flatMap(\.self)
    let gap = largestDifference(policy, trusted)
    let loss = scene.passes.loss(scene.sample, 1).value
    let start = scene.passes.lossAtReference?(scene.sample) ?? loss
    let bound = scene.rowTolerance
    let measured =
      "largest |log π − log π_ref| of an answer \(gap.figures), loss \(loss.figures) of \(start.figures) where both agree"
    guard gap.isFinite, loss.isFinite else {
      return .failed(measured, "policy or reference holds NaN, or rules out an answer")
    }
    guard scene.isReferenceThePolicy else {
      return gap <= 100
        ? .passed("\(measured), from another model (bound 100)")
        : .warning(
          "\(measured), from another model (bound 100)",
          "the policy starts far from its reference: leave `reference` out, or name the model that the policy was trained from"
        )
    }
    return gap <= bound && abs(loss - start) <= bound
      ? .passed("\(measured) (bound \(bound.figures))")
      : .failed(
        "\(measured) (bound \(bound.figures))",
        "ratios are not 1 at the start, so that implicit rewards begin with a debt: leave `reference` out"
      )
  }

  /// A row says the same beside a longer one as beside its like.
  static let padding = Check<RowScene>("padding changes nothing") { scene in
    guard let (longest, shorter) = scene.unlike else {
      return .skipped("all rows are of one length")
    }
    let gaps = shorter.map { row in
      largestDifference(
        scene.passes.numbers([row, row], 0)[0], scene.passes.numbers([row, longest], 0)[0])
    }
    return scene.verdict(
      gaps, "short rows beside a long one",
      "what is learned depends on what a row is batched with: set compute.precision weights; where it is that already, please report it"
    )
  }

  /// What fills short rows is never read.
  static let paddingContent = Check<RowScene>("padding is never read") { scene in
    guard let (longest, shorter) = scene.unlike else {
      return .skipped("all rows are of one length")
    }
    let last = scene.model.vocabularyCount - 1
    let gaps = shorter.flatMap { row in
      let blank = scene.passes.numbers([row, longest], 0)[0]
      return [1, last / 2, last].map {
        largestDifference(blank, scene.passes.numbers([row, longest], $0)[0])
      }
    }
    return scene.verdict(
      gaps, "short rows before 3 other paddings",
      "numbers leak from behind the end of a text: please report it with the model's config.json")
  }

  /// A row says the same wherever it stands in a batch.
  static let order = Check<RowScene>("order changes nothing") { scene in
    guard scene.sample.count > 1 else { return .skipped("there is one row only") }
    let forward = scene.passes.numbers(scene.sample, 0)
    let backward = Array(scene.passes.numbers(scene.sample.reversed(), 0).reversed())
    return scene.verdict(
      [largestDifference(forward.flatMap(\.self), backward.flatMap(\.self))],
      "a batch of \(scene.sample.count) rows and the same turned round",
      "rows are mixed up in a batch: please report it")
  }

  /// The loss of a batch is the same in parts.
  static let microBatches = Check<RowScene>("micro-batches change nothing") { scene in
    guard scene.sample.count > 1 else { return .skipped("there is one row only") }
    let whole = scene.passes.loss(scene.sample, 1)
    let parts = scene.passes.loss(scene.sample, min(3, scene.sample.count))
    let norm = whole.gradients.norm
    let gap = zip(whole.gradients, parts.gradients).map { $0 - $1 }.norm / max(norm, 1e-12)
    let loss = abs(whole.value - parts.value)
    let bound = scene.tolerance
    let measured =
      "a batch of \(scene.sample.count) rows as a whole and in 3 parts: |Δ loss| \(loss.figures), gradient \(gap.percent) apart (bounds \(bound.figures) and \((10 * bound).percent))"
    return loss <= bound && gap <= 10 * bound
      ? .passed(measured)
      : .failed(
        measured,
        "micro_batches would change the result: set compute.precision weights; where it is that already, please report it"
      )
  }
}

extension RowScene {
  /// The longest of the sample, and a few shorter rows.
  fileprivate var unlike: (longest: Int, shorter: [Int])? {
    guard let longest = sample.last else { return nil }
    let shorter = sample.filter { rows[$0].length < rows[longest].length }
    return shorter.isEmpty ? nil : (longest, Array(shorter.prefix(4)))
  }

  fileprivate func verdict(_ gaps: [Double], _ what: String, _ advice: String) -> Verdict {
    let gap = gaps.max() ?? 0
    let measured =
      "\(what): largest difference \(gap.figures) (bound \(rowTolerance.figures))"
    return gap <= rowTolerance ? .passed(measured) : .failed(measured, advice)
  }
}

extension [Tensor] {
  /// The Euclidean norm of all together.
  var norm: Double {
    reduce(0) { $0 + $1.cast(to: .float64).squared().sum().item }.squareRoot()
  }
}

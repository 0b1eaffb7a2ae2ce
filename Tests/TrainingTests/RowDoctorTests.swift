import LanguageModels
import NeuralNetworks
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

@testable import Training

private let texts: @Sendable () throws -> RowScene = { try RowScenes.texts() }
private let scores: @Sendable () throws -> RowScene = { try RowScenes.scores() }
private let rated: @Sendable () throws -> RowScene = { try RowScenes.scores(rated: true) }
private let preferences: @Sendable () throws -> RowScene = { try RowScenes.preferences() }

/// Faults of rows.
private let rowFaults: [RowFault] = [
  RowFault("rows of another vocabulary", in: scores, seenBy: "tokenizer and model match") {
    $0.rows[0].texts[0].tokens[2] = 9_999
  },
  RowFault("doubled tokens", in: texts, seenBy: "one beginning-of-text token") {
    let text = $0.rows[3].texts[0]
    $0.rows[3].texts[0] = .init(
      tokens: [0] + text.tokens, promptCount: text.promptCount + 1,
      learned: text.learned.map { $0 + 1 })
  },
  RowFault(
    "a text without the token", in: texts, seenBy: "one beginning-of-text token", as: .warning
  ) {
    $0.rows[3].texts[0].tokens[0] = 7
  },
  RowFault(
    "a pad token that ends texts", in: texts, seenBy: "pad token is not end-of-text", as: .warning
  ) {
    $0.model.paddingToken = 0
  },
  RowFault("ends that are not learned", in: texts, seenBy: "end-of-text is learned") {
    for row in $0.rows.indices { $0.rows[row].texts[0].learned.removeLast() }
  },
  RowFault(
    "an end that is missing", in: preferences, seenBy: "end-of-text is learned", as: .warning
  ) {
    $0.rows[1].texts[1].tokens[$0.rows[1].texts[1].tokens.count - 1] = 9
  },
  RowFault("scores that are not read at the end", in: scores, seenBy: "end-of-text is learned") {
    for row in $0.rows.indices {
      for text in 0..<2 { $0.rows[row].texts[text].learned = [1] }
    }
  },
  RowFault("repeated rows", in: texts, seenBy: "rows", as: .warning) {
    for row in 0..<3 { $0.rows[row] = $0.rows[5] }
  },
  RowFault("empty rows", in: texts, seenBy: "rows", as: .warning) {
    $0.rows[2].texts[0] = .init(tokens: [0, 0], promptCount: 1, learned: [1])
  },
  RowFault("rows that are cut", in: texts, seenBy: "rows", as: .warning) { $0.longest = 16 },
  RowFault("rows that are left out", in: preferences, seenBy: "rows", as: .warning) {
    $0.leftOutCount = 8
  },
  RowFault("held-out texts that are learned", in: texts, seenBy: "held-out rows are new") {
    $0.heldOut[0] = $0.rows[4]
  },
  RowFault("one held-out answer that is learned", in: preferences, seenBy: "held-out rows are new")
  {
    $0.heldOut[0].texts[1] = $0.rows[4].texts[0]
  },
  RowFault("labels that are no shares", in: preferences, seenBy: "labels") { $0.rows[0].label = 3 },
  RowFault("labels that are no numbers", in: scores, seenBy: "labels") { $0.rows[0].label = .nan },
  RowFault("even pairs", in: scores, seenBy: "labels", as: .warning) {
    for row in 0..<8 { $0.rows[row].label = 0.5 }
  },
  RowFault("pairs of one text", in: preferences, seenBy: "labels", as: .warning) {
    $0.rows[0].texts[1] = $0.rows[0].texts[0]
  },
  RowFault("pairs that contradict", in: scores, seenBy: "labels", as: .warning) {
    $0.rows[0].texts = $0.rows[2].texts.reversed()
  },
  RowFault("ratings that are all the same", in: rated, seenBy: "labels") {
    for row in $0.rows.indices { $0.rows[row].label = 2 }
  },
  RowFault(
    "long answers that are preferred", in: preferences, seenBy: "length and label", as: .warning
  ) {
    for row in $0.rows.indices {
      let texts = $0.rows[row].texts
      $0.rows[row].label = texts[0].answerCount > texts[1].answerCount ? 1 : 0
    }
  },
  RowFault("long texts that are rated high", in: rated, seenBy: "length and label", as: .warning) {
    for row in $0.rows.indices { $0.rows[row].label = Double($0.rows[row].length) }
  },
]

/// Faults of passes and updates.
private let passFaults: [RowFault] = [
  RowFault("a prompt that is learned", in: texts, seenBy: "loss is of the answers alone") { scene in
    scene.rows[0].texts[0].learned.insert(0, at: 0)
    scene.passes.alone = { [numbers = scene.passes.numbers] in numbers([$0], 0)[0] }
  },
  RowFault("a loss of other tokens", in: texts, seenBy: "loss is of the answers alone") {
    $0.distortLoss { loss, _ in loss.value += 0.1 }
  },
  RowFault("answers at another place", in: preferences, seenBy: "loss is of the answers alone") {
    let alone = $0.passes.alone
    $0.passes.alone = { row in (alone?(row) ?? []).map { $0 - 1 } }
  },
  RowFault(
    "a reference that is no copy", in: preferences, seenBy: "policy is the reference at the start"
  ) {
    let reference = $0.passes.reference
    $0.passes.reference = { rows in (reference?(rows) ?? []).map { $0.map { $0 - 0.5 } } }
  },
  RowFault(
    "a far reference", in: preferences, seenBy: "policy is the reference at the start", as: .warning
  ) {
    let reference = $0.passes.reference
    $0.passes.reference = { rows in (reference?(rows) ?? []).map { $0.map { $0 - 500 } } }
    $0.isReferenceThePolicy = false
  },
  RowFault(
    "a loss that is not log 2", in: preferences, seenBy: "policy is the reference at the start"
  ) {
    $0.distortLoss { loss, _ in loss.value += 0.1 }
  },
  RowFault("scores that count padding", in: scores, seenBy: "padding changes nothing") {
    $0.distort { _, blanks, _ in 0.01 * Double(blanks) }
  },
  RowFault("scores that read padding", in: rated, seenBy: "padding is never read") {
    $0.distort { _, blanks, padding in blanks > 0 && padding > 0 ? 0.01 * Double(padding) : 0 }
  },
  RowFault("scores of other rows", in: scores, seenBy: "order changes nothing") { scene in
    let numbers = scene.passes.numbers
    scene.passes.numbers = { rows, padding in
      let all = numbers(rows, padding)
      return rows.count > 2 ? Array(all.dropFirst()) + [all[0]] : all
    }
  },
  RowFault("a loss that counts parts", in: scores, seenBy: "micro-batches change nothing") {
    $0.distortLoss { loss, parts in loss.value *= Double(parts) }
  },
  RowFault("gradients that count parts", in: texts, seenBy: "micro-batches change nothing") {
    $0.distortLoss { loss, parts in loss.gradients = loss.gradients.map { $0 * Double(parts) } }
  },
  RowFault("a frozen tensor", in: texts, seenBy: "gradient reaches every tensor") {
    $0.distortLoss { loss, _ in loss.gradients[7] = loss.gradients[7] * 0.0 }
  },
  RowFault(
    "weights beside the adapter", in: { try RowScenes.texts(lora: LoRA()) },
    seenBy: "gradient reaches every tensor"
  ) {
    $0.frozen.tensors[3].setRequiresGradient(true)
  },
  RowFault("a rate that is too high", in: texts, seenBy: "a step lowers the loss", as: .warning) {
    $0.optimizer.learningRate = 10
  },
  RowFault("a gradient that leads up", in: preferences, seenBy: "a step lowers the loss") {
    $0.distortLoss { loss, _ in loss.gradients = loss.gradients.map { $0 * -1.0 } }
  },
  RowFault("scores that are all the same", in: scores, seenBy: "scores differ") {
    $0.passes.numbers = { rows, _ in rows.map { _ in [1, 1] } }
  },
]

@Suite struct `The doctor of rows` {
  private func complaints(_ scene: RowScene) -> [Finding] {
    scene.findings().filter { [.warning, .failed].contains($0.status) }
  }

  @Test func `finds nothing wrong where nothing is`() throws {
    for (scene, count) in [(texts, 13), (scores, 15), (rated, 15), (preferences, 16)] {
      let scene = try scene()
      let (all, before) = (scene.findings(), Tiny.bytes(scene.trained))
      #expect(all.count == count && all.allSatisfy { $0.status == .passed }, "\(all)")
      #expect(all.allSatisfy { $0.advice == nil } && Set(all.map(\.check)).count == count)
      // Nothing was learned, and asking again gives the same.
      #expect(scene.findings() == all && Tiny.bytes(scene.trained) == before)
    }
  }

  // A new adapter's second matrix is zero: what lies before it has no gradient yet, and is no fault.
  @Test func `takes what begins at zero for no fault`() throws {
    for scene in [
      try RowScenes.texts(lora: LoRA()), try RowScenes.scores(lora: LoRA()),
      try RowScenes.preferences(lora: LoRA()),
    ] {
      let found = complaints(scene)
      #expect(found == [], "\(found)")
    }
  }

  // Packed texts stand in one row, and are found again one by one.
  @Test func `asks other ways to form batches and objectives, too`() throws {
    let packed = complaints(try RowScenes.texts(packedLength: 48))
    #expect(packed == [], "\(packed)")
    let ipo = try RowScenes.preferences { $0.objective.kind = .ipo }
    let found = complaints(ipo)
    #expect(found == [], "\(found)")
    let free = try RowScenes.preferences { $0.objective.isReferenceFree = true }.findings()
    #expect(
      free.first { $0.check == "policy is the reference at the start" }?.status == .skipped)
    #expect(!free.contains { $0.status == .failed })
  }

  @Test(arguments: rowFaults + passFaults)
  func `sees a fault by its check and by no other`(fault: RowFault) throws {
    let found = complaints(try fault.scene())
    #expect(found.map(\.check) == [fault.check], "\(found)")
    #expect(found.map(\.status) == [fault.status] && found.allSatisfy { $0.advice != nil })
  }
}

import NeuralNetworks
import Torch

extension RowChecks {
  /// The loss reaches every tensor that is trained, and an adapter's alone where there is one.
  static let gradients = Check<RowScene>("gradient reaches every tensor") { scene in
    let free = scene.frozen.names.indices.filter { scene.frozen.tensors[$0].requiresGradient }
    let still = scene.trained.names.indices.filter { !scene.trained.tensors[$0].requiresGradient }
    guard free.isEmpty && still.isEmpty else {
      return .failed(
        "\(free.count) tensors beside the adapter would move (bound 0), \(still.count) trained ones are frozen (bound 0): \((free.map { scene.frozen.names[$0] } + still.map { scene.trained.names[$0] }).firstFew)",
        "weights are trained that shall not be, or the other way round: please report it")
    }
    let gradients = scene.trained.whileZerosAreMoved {
      scene.passes.loss(scene.sample, 1).gradients
    }
    let norms = zip(scene.trained.names, gradients).map { (name: $0, norm: [$1].norm) }
    let idle = norms.filter { $0.norm == 0 && !scene.needsNoGradient($0.name) }.map(\.name)
    let wild = norms.filter { !$0.norm.isFinite }.map(\.name)
    let measured =
      "\(norms.count) trained tensors\(scene.frozen.count == 0 ? "" : " of an adapter, \(scene.frozen.count) frozen")"
    guard wild.isEmpty else {
      return .failed(
        "\(measured); gradients that are not finite: \(wild.firstFew)",
        "weights or activations overflow: look for NaN in the checkpoint, or set compute.precision weights"
      )
    }
    return idle.isEmpty
      ? .passed("\(measured), 0 without a gradient (bound 0)")
      : .failed(
        "\(measured), \(idle.count) without a gradient (bound 0): \(idle.firstFew)",
        "these weights would never change: nothing that is learned depends on them")
  }

  /// A step of the run's size makes the loss of its rows smaller.
  static let step = Check<RowScene>("a step lowers the loss") { scene in
    let rate = scene.optimizer.learningRate
    let (before, after) = scene.lossesOfSteps(1, rate: rate)
    let measured =
      "from \(before.figures) to \(after.figures) on the rows of the step, at the learning rate \(rate.figures)"
    if after < before { return .passed(measured) }
    // A rate so small that rounding hides the step is no fault.
    if abs(after - before) < 1e-6 * abs(before) {
      let (_, large) = scene.lossesOfSteps(1, rate: 100 * rate)
      if large < before { return .passed("\(measured); to \(large.figures) at a hundred times it") }
    }
    let (_, small) = scene.lossesOfSteps(1, rate: rate / 100)
    return small < before
      ? .warning(
        "\(measured); to \(small.figures) at a hundredth of it",
        "the learning rate is too high for a first step: lower training.optimizer.learning_rate, or set training.schedule.warmup_share"
      )
      : .failed(
        "\(measured); to \(small.figures) at a hundredth of it",
        "the gradient does not lead down: are labels and texts the right way round?")
  }

  /// Scores are numbers that differ, before training and after a few steps.
  static let scores = Check<RowScene>("scores differ") { scene in
    let ask = { scene.passes.numbers(scene.sample, 0).flatMap(\.self) }
    let before = ask()
    let after = scene.afterSteps(3, rate: scene.optimizer.learningRate) { ask() }
    guard (before + after).allSatisfy(\.isFinite) else {
      return .failed(
        "a score is not finite", "look for NaN in the checkpoint, or lower the learning rate")
    }
    let (first, last) = (Moments(before), Moments(after))
    let measured =
      "\(before.count) scores of mean \(first.mean.figures) and deviation \(first.deviation.figures); after 3 steps \(last.mean.figures) and \(last.deviation.figures) (bounds above 0)"
    return first.deviation > 0 && last.deviation > 0
      ? .passed(measured)
      : .failed(
        measured, "the score is the same for all texts: the head is zero, or reads one token alone")
  }
}

extension RowScene {
  /// Whether a tensor gets no gradient by what it does: biases of keys, which a softmax takes out again, and what is added to every
  /// score alike where only differences count.
  fileprivate func needsNoGradient(_ name: String) -> Bool {
    name.hasSuffix("k_proj.bias") || (kind == .scores && name.hasSuffix("ln_f.bias"))
  }

  /// The loss of the sample before and after some steps, which are taken back.
  fileprivate func lossesOfSteps(_ count: Int, rate: Double) -> (before: Double, after: Double) {
    (
      passes.loss(sample, 1).value,
      afterSteps(count, rate: rate) { passes.loss(sample, 1).value }
    )
  }

  /// Does something after some steps on the sample, and takes them back.
  fileprivate func afterSteps<Value>(
    _ count: Int, rate: Double, _ body: () throws -> Value
  ) rethrows -> Value {
    let before = trained.tensors.map { $0.detached().copy() }
    defer { for (tensor, value) in zip(trained.tensors, before) { tensor.assign(value) } }
    var configuration = optimizer
    configuration.learningRate = rate
    let optimizer = AdamW(trained, configuration)
    for _ in 0..<count { optimizer.step(passes.loss(sample, 1).gradients) }
    return try body()
  }
}

extension Parameters {
  /// Does something while tensors that are zero are a little off it: nothing flows through a head, or an adapter's second matrix,
  /// that is zero.
  func whileZerosAreMoved<Value>(_ body: () throws -> Value) rethrows -> Value {
    let draws = Generator(seed: 0, purpose: "doctor")
    let zeros = tensors.filter { $0.detached().squared().sum().item == 0 }
    for tensor in zeros {
      tensor.assign(
        draws.normal(tensor.shape, standardDeviation: 0.01).cast(to: tensor.dataType)
          .on(tensor.device))
    }
    defer { for tensor in zeros { tensor.assign(tensor.detached().zerosLike()) } }
    return try body()
  }
}

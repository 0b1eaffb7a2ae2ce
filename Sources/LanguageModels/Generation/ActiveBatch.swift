import Torch

/// The rows that are still being written, and their cache.
struct ActiveBatch {
  /// Which completion each row is.
  private(set) var rows: [Int]
  private let model: LanguageModel
  private let cache: KeyValueCache
  private let prompts: Tensor
  // Which row of `prompts` each completion goes on from; nil where each has its own.
  private let origins: Tensor?
  // How much of each row's start is padding [batch]; nil where all prompts have one length.
  private var padding: Tensor?
  private let dropout: Generator?

  init(_ prompts: [[Int]], _ model: LanguageModel, capacity: Int, dropout: Generator?) {
    precondition(
      !prompts.isEmpty && prompts.allSatisfy { !$0.isEmpty },
      "sampling needs prompts, none of them empty")
    let longest = prompts.map(\.count).max() ?? 0
    precondition(
      longest + capacity - 1 <= model.configuration.positionCount,
      "a prompt of \(longest) tokens and \(capacity) new ones in a model of \(model.configuration.positionCount) positions"
    )
    self.model = model
    self.dropout = dropout
    rows = Array(prompts.indices)
    let device = model.outputWeight.device
    // Samples of one prompt share its first pass, but where each is to have dropout of its own.
    let (distinct, places) = dropout == nil ? distinct(prompts) : (prompts, rows)
    origins = distinct.count < prompts.count ? Tensor(places, device: device) : nil
    cache = KeyValueCache(
      model.configuration, batch: distinct.count, capacity: longest + capacity,
      dataType: model.configuration.computation.dataType(over: model.outputWeight.dataType),
      device: device)
    let missing = distinct.map { longest - $0.count }
    let flat = zip(distinct, missing).flatMap { Array(repeating: 0, count: $1) + $0 }
    self.prompts = Tensor(flat, shape: [distinct.count, longest], device: device)
    padding = missing.contains { $0 > 0 } ? Tensor(missing, device: device) : nil
  }

  /// The states after the prompts [batch, width].
  mutating func prefill() -> Tensor {
    let hidden = forward(prompts)
    guard let origins else { return hidden }
    cache.keep(rows: origins)
    padding = padding?.selecting(origins, along: 0)
    return hidden.selecting(origins, along: 0)
  }

  /// Lets all but some rows go.
  mutating func keep(_ going: [Int], as kept: Tensor) {
    rows = going.map { rows[$0] }
    cache.keep(rows: kept)
    padding = padding?.selecting(kept, along: 0)
  }

  /// The states after one more token per row [rows, width].
  func advance(_ tokens: Tensor) -> Tensor { forward(tokens.unsqueezed(1)) }

  private func forward(_ tokens: Tensor) -> Tensor {
    let (start, new) = (cache.length, tokens.size(1))
    var context = Trunk.Context(cache: cache, dropout: dropout)
    if let padding {
      let padded = padding.unsqueezed(1)
      let places = Tensor.range(start + new, device: tokens.device)
      let queries = places.slice(0, start..<start + new)
      context.positions = (queries - padded).clamped(atLeast: 0)
      // Causal, and no padding but oneself (a row of nothing but −∞ has no softmax).
      let (query, key) = (queries.unsqueezed(1), places.unsqueezed(0))
      let causal = (key .<= query).unsqueezed(0)
      let real = (places .>= padded).unsqueezed(1)
      context.mask = .allowed(((causal .& real) .| (key .== query).unsqueezed(0)).unsqueezed(1))
    }
    guard new > 1 else { return model.trunk(tokens, context).select(1, 0) }
    let last = (0..<tokens.size(0)).map { ($0 + 1) * new - 1 }
    return model.trunk.states(at: Tensor(last, device: tokens.device), of: tokens, context)
  }
}

// Every prompt once, in the order of first occurrence, and where each is among them.
private func distinct(_ prompts: [[Int]]) -> (distinct: [[Int]], places: [Int]) {
  var (found, distinct): ([[Int]: Int], [[Int]]) = ([:], [])
  let places = prompts.map { prompt in
    if let place = found[prompt] { return place }
    found[prompt] = distinct.count
    distinct.append(prompt)
    return distinct.count - 1
  }
  return (distinct, places)
}

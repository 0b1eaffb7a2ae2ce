public import Torch

extension Trunk {
  /// Hidden states of every completion with, at each place, another token put in: h(prompt, x₁ … xₜ₋₁, x*ₜ) for all t.
  ///
  /// The tokens x* are sibling leaves of one tree: each looks at the completion before its place and at itself, and all are
  /// computed in one pass over [completion, siblings], not in one row per token (as greedy-advantage-aware RLHF's original code
  /// did).
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - siblings: The tokens x*, packed [n] int64.
  /// - Returns: The siblings' states, packed [n, width], and those of the completions themselves [batch, time, width].
  public func siblingStates(_ layout: ResponseLayout, siblings: Tensor) -> (
    siblings: Tensor, sequence: Tensor
  ) {
    let (rows, time, extra) = (layout.lengths.count, layout.batch.time, layout.mask.size(1))
    let device = siblings.device
    let tokens = Tensor.concatenate([layout.batch.tokens, layout.unpacked(siblings)], along: 1)
    // Sibling t of a row stands at the place of the token it replaces.
    let starts = Tensor(
      zip(layout.batch.lengths, layout.lengths).map { $0 - $1 }, shape: [rows, 1], device: device)
    let own = Tensor.range(time, device: device).unsqueezed(0).expanded(to: [rows, time])
    let replaced = (Tensor.range(extra, device: device).unsqueezed(0) + starts)
      .clamped(atMost: Double(configuration.positionCount - 1))
    let positions = Tensor.concatenate([own, replaced], along: 1)
    // Everything may look at earlier tokens of the completion, and at itself.
    let keys = Tensor.range(time, device: device).reshaped(1, 1, time)
    let earlier = keys .< positions.unsqueezed(2)
    let total = time + extra
    let places = Tensor.range(total, device: device)
    let itself = (places.unsqueezed(0) .== places.unsqueezed(1)).unsqueezed(0)
    let none = Tensor.full([rows, total, extra], 0, dataType: .bool, device: device)
    let allowed = Tensor.concatenate([earlier, none], along: 2) .| itself
    let hidden = self(
      tokens, Context(positions: positions, mask: .allowed(allowed.unsqueezed(1))))
    let leaves = hidden.slice(1, time..<total)
    let width = configuration.width
    let packed = layout.packed(
      Tensor.range(rows * extra, device: device).reshaped(rows, extra))
    return (
      leaves.reshaped(-1, width).selecting(packed, along: 0), hidden.slice(1, 0..<time)
    )
  }
}

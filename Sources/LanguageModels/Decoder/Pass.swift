import NeuralNetworks
import Torch

/// What all layers share in one pass through a trunk.
struct Pass {
  let context: Trunk.Context
  /// The type of matrix products.
  let dataType: DataType
  /// How queries and keys are turned; nil where positions are learned.
  let rotation: Rotation?
  /// What tokens of windowed layers may look at, where sequences are longer than the window.
  let windowed: Tensor.AttentionMask?

  init(
    _ configuration: DecoderConfiguration, _ context: Trunk.Context, start: Int, time: Int,
    like hidden: Tensor
  ) {
    self.context = context
    dataType = configuration.computation.dataType(over: hidden.dataType)
    let device = hidden.device
    if case .rotary(let rotary) = configuration.positions {
      let places =
        context.positions
        ?? Tensor.range(start + time, device: device).slice(0, start..<start + time)
      rotation = Rotation(
        rotary, places, headWidth: configuration.headWidth, dataType: dataType)
    } else {
      rotation = nil
    }
    if let window = configuration.window, start + time > window,
      !configuration.windowedLayers.isEmpty
    {
      windowed = Pass.mask(context, window: window, start: start, time: time, device)
    } else {
      windowed = nil
    }
  }

  // A token is near if its place is less than a window back. Slots in a cache are as far apart as places; without one, places
  // may be given that slots do not show.
  private static func mask(
    _ context: Trunk.Context, window: Int, start: Int, time: Int, _ device: Device
  ) -> Tensor.AttentionMask {
    let slots = Tensor.range(start + time, device: device)
    let queries = slots.slice(0, start..<start + time).unsqueezed(1)
    let keys = slots.unsqueezed(0)
    let near: Tensor
    if context.cache == nil, let places = context.positions {
      let heads = places.rank == 2 ? places.unsqueezed(1) : places
      near = heads.unsqueezed(-2) .> (heads.unsqueezed(-1) - Double(window))
    } else {
      near = keys .> (queries - Double(window))
    }
    return switch context.mask {
    case .none: .allowed(near)
    case .causal: .allowed(near .& (keys .<= queries))
    case .allowed(let allowed): .allowed(near .& allowed)
    }
  }
}

/// Turns pairs of a head's numbers by angles that grow with the place (``RotaryPositions``).
struct Rotation {
  private let cosines: Tensor  // [batch or 1, 1, time, w/2]
  private let sines: Tensor
  private let width: Int

  /// - Parameters:
  ///   - rotary: The frequencies.
  ///   - places: int64 [time] or [batch, time].
  ///   - headWidth: The width of a head.
  ///   - dataType: Of what is turned; angles are taken in at least float32.
  init(_ rotary: RotaryPositions, _ places: Tensor, headWidth: Int, dataType: DataType) {
    var length = 0
    if case .dynamic = rotary.scaling { length = 1 + Int(places.maximum().item) }
    let (frequencies, factor) = rotary.frequencies(headWidth: headWidth, length: length)
    width = 2 * frequencies.count
    let type: DataType = dataType == .float64 ? .float64 : .float32
    let row = Tensor(frequencies, device: places.device).cast(to: type)
    let rows = places.rank == 2 ? places.unsqueezed(1) : places.unsqueezed(0).unsqueezed(0)
    let angles = rows.cast(to: type).unsqueezed(-1) * row
    cosines = (angles.cosine() * factor).cast(to: dataType)
    sines = (angles.sine() * factor).cast(to: dataType)
  }

  /// [batch, heads, time, head width], turned.
  func callAsFunction(_ heads: Tensor) -> Tensor {
    let first = heads.slice(3, 0..<width / 2)
    let second = heads.slice(3, width / 2..<width)
    var parts = [first * cosines - second * sines, second * cosines + first * sines]
    if width < heads.size(3) { parts.append(heads.slice(3, width..<heads.size(3))) }
    return .concatenate(parts, along: 3)
  }
}

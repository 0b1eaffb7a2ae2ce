/// Rows of different lengths without their padding: where the elements of a packed tensor [n] stand in a matrix [rows, time].
///
/// Packed tensors hold the elements of the first row, then those of the second, and so on, so that nothing is computed for
/// padding.
public struct Packing: Sendable {
  /// How long each row is.
  public let lengths: [Int]
  /// 1 at real elements, 0 after each row's end [rows, time].
  public let mask: Tensor
  private let slots: Tensor

  /// The packing of rows.
  ///
  /// - Parameters:
  ///   - lengths: How long each row is.
  ///   - dataType: The type of the mask.
  ///   - device: Where the tensors shall live.
  public init(lengths: [Int], dataType: DataType = .float32, device: Device = .cpu) {
    let time = lengths.max() ?? 0
    self.lengths = lengths
    let slots = lengths.indices.flatMap { $0 * time..<$0 * time + lengths[$0] }
    self.slots = Tensor(slots, device: device)
    let ones = Tensor.ones([slots.count], dataType: dataType, device: device)
    mask = Tensor.zeros([lengths.count * time], dataType: dataType, device: device)
      .scattering(ones, at: self.slots, along: 0).reshaped(lengths.count, time)
  }

  /// The number of elements in all rows.
  public var count: Int { slots.count }

  /// Where each row begins in a packed tensor.
  public var starts: [Int] {
    var place = 0
    return lengths.map { length in
      defer { place += length }
      return place
    }
  }

  /// Packed [n] to [rows, time], zero after each end.
  public func unpacked(_ packed: Tensor) -> Tensor {
    Tensor.zeros([mask.count], dataType: packed.dataType, device: packed.device)
      .scattering(packed, at: slots, along: 0).reshaped(to: mask.shape)
  }

  /// [rows, time] to packed [n].
  public func packed(_ matrix: Tensor) -> Tensor {
    matrix.reshaped(-1).selecting(slots, along: 0)
  }
}

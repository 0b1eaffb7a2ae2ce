import CTorch

extension Tensor {
  /// The same elements in another shape; −1 stands for the one length that follows from the others.
  public func reshaped(_ newShape: Int...) -> Tensor { reshaped(to: newShape) }

  /// The same elements in another shape; −1 stands for the one length that follows from the others.
  public func reshaped(to newShape: [Int]) -> Tensor {
    produce("reshape \(shape) to \(newShape)") { out in
      withShape(newShape) { ct_reshape(raw, $0, $1, out) }
    }
  }

  /// Dimensions of length 1 repeated without copying; −1 keeps a length.
  public func expanded(to newShape: [Int]) -> Tensor {
    produce("expand \(shape) to \(newShape)") { out in
      withShape(newShape) { ct_expand(raw, $0, $1, out) }
    }
  }

  /// Dimensions in another order.
  public func permuted(_ order: Int...) -> Tensor {
    produce("permute \(shape) by \(order)") { out in
      withShape(order) { ct_permute(raw, $0, $1, out) }
    }
  }

  /// Two dimensions changed for one another.
  public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
    var order = Array(0..<rank)
    let (left, right) = (first < 0 ? first + rank : first, second < 0 ? second + rank : second)
    precondition(
      order.indices.contains(left) && order.indices.contains(right),
      "transpose dimensions \(first) and \(second) of \(shape)")
    order.swapAt(left, right)
    return produce("transpose \(shape)") { out in
      withShape(order) { ct_permute(raw, $0, $1, out) }
    }
  }

  /// A dimension of length 1 put in; negative places count from the end of the result.
  public func unsqueezed(_ dimension: Int) -> Tensor {
    var newShape = shape
    let position = dimension < 0 ? dimension + rank + 1 : dimension
    precondition((0...rank).contains(position), "unsqueeze dimension \(dimension) of \(shape)")
    newShape.insert(1, at: position)
    return reshaped(to: newShape)
  }

  /// A dimension of length 1 taken out.
  public func squeezed(_ dimension: Int) -> Tensor {
    var newShape = shape
    let position = dimension < 0 ? dimension + rank : dimension
    precondition(
      newShape.indices.contains(position) && newShape[position] == 1,
      "squeeze dimension \(dimension) of \(shape)")
    newShape.remove(at: position)
    return reshaped(to: newShape)
  }

  /// A part of one dimension: a view that shares storage.
  public func slice(_ dimension: Int, _ range: Range<Int>) -> Tensor {
    produce("slice \(shape) along \(dimension) to \(range)") {
      ct_narrow(raw, Int64(dimension), Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  /// One place of one dimension, which goes away: a view that shares storage.
  public func select(_ dimension: Int, _ index: Int) -> Tensor {
    slice(dimension, index..<index + 1).squeezed(dimension)
  }

  /// All places of one dimension, which goes away: views that share storage, with one gradient for all.
  public func unbound(_ dimension: Int) -> [Tensor] {
    let count = size(dimension)
    return produce(count, "unbind \(shape) along \(dimension)") {
      ct_unbind(raw, Int64(dimension), Int64(count), $0)
    }
  }

  /// Storage in row-major order; itself where it is so already.
  public func contiguous() -> Tensor { produce("contiguous \(shape)") { ct_contiguous(raw, $0) } }

  /// Tensors joined along a dimension that they have.
  public static func concatenate(_ tensors: [Tensor], along dimension: Int) -> Tensor {
    produce("concatenate \(tensors.map(\.shape))") { out in
      withHandles(tensors) { ct_concatenate($0, Int64(tensors.count), Int64(dimension), out) }
    }
  }

  /// Tensors of one shape joined along a new dimension.
  public static func stack(_ tensors: [Tensor], along dimension: Int) -> Tensor {
    produce("stack \(tensors.map(\.shape))") { out in
      withHandles(tensors) { ct_stack($0, Int64(tensors.count), Int64(dimension), out) }
    }
  }

  /// The rows named by int64 `indices` [n] along a dimension.
  public func selecting(_ indices: Tensor, along dimension: Int) -> Tensor {
    produce("select \(indices.shape) of \(shape)") {
      ct_index_select(raw, Int64(dimension), indices.raw, $0)
    }
  }

  /// out[i][j] = self[i][indices[i][j]] (for dimension 1): the elements named by int64 `indices`.
  public func gathered(_ indices: Tensor, along dimension: Int) -> Tensor {
    produce("gather \(indices.shape) of \(shape)") {
      ct_gather(raw, Int64(dimension), indices.raw, $0)
    }
  }

  /// out[i][indices[i][j]] = source[i][j] (for dimension 1), other elements as they are.
  public func scattering(_ source: Tensor, at indices: Tensor, along dimension: Int) -> Tensor {
    produce("scatter \(source.shape) at \(indices.shape) of \(shape)") {
      ct_scatter(raw, Int64(dimension), indices.raw, source.raw, $0)
    }
  }

  /// A dimension backwards.
  public func reversed(along dimension: Int) -> Tensor {
    produce("reverse \(shape)") { ct_flip(raw, Int64(dimension), $0) }
  }

  /// The lower triangle of the last two dimensions, zero above; `diagonal` moves the border up.
  public func lowerTriangle(diagonal: Int = 0) -> Tensor {
    produce("lowerTriangle of \(shape)") { ct_tril(raw, Int64(diagonal), $0) }
  }
}

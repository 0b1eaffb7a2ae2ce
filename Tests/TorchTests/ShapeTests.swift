import TensorTestSupport
import Testing
import Torch

@Suite struct `Shapes and selection` {
  let grid = Tensor([0.0, 1, 2, 3, 4, 5], shape: [2, 3])

  @Test func `reshaping keeps row-major order and fills in −1`() {
    #expect(grid.reshaped(3, -1).shape == [3, 2])
    #expect(grid.reshaped(-1).doubles == [0, 1, 2, 3, 4, 5])
    #expect(grid.unsqueezed(0).shape == [1, 2, 3] && grid.unsqueezed(-1).shape == [2, 3, 1])
    #expect(grid.unsqueezed(1).squeezed(1).shape == [2, 3])
    #expect(grid.unsqueezed(-1).squeezed(-1).shape == [2, 3])
  }

  @Test func `sizes count from either end`() {
    #expect(grid.size(0) == 2 && grid.size(-1) == 3 && grid.rank == 2 && grid.count == 6)
    #expect(Tensor(3).shape == [] && Tensor(3).count == 1 && Tensor(3).item == 3)
    #expect(Tensor.zeros([0, 4]).shape == [0, 4] && Tensor.zeros([0, 4]).doubles.isEmpty)
  }

  @Test func `transposing twice gives the tensor back`() {
    #expect(grid.transposed().doubles == [0, 3, 1, 4, 2, 5])
    expectEqual(grid.transposed().transposed(), grid)
    expectEqual(grid.transposed(0, 1).contiguous(), grid.permuted(1, 0))
    let cube = Tensor.range(24).reshaped(2, 3, 4)
    #expect(cube.permuted(2, 0, 1).shape == [4, 2, 3])
    #expect(cube.permuted(2, 0, 1).integers[1] == cube.select(2, 0).integers[1])
  }

  @Test func `expanding repeats without changing values`() {
    let column = Tensor([1.0, 2], shape: [2, 1])
    expectEqual(column.expanded(to: [-1, 3]), Tensor([1.0, 1, 1, 2, 2, 2], shape: [2, 3]))
  }

  @Test func `slices are views and selections lose their dimension`() {
    let storage = grid.copy()
    storage.slice(1, 1..<3).assign(Tensor([9.0, 8], shape: [1, 2]))
    #expect(storage.doubles == [0, 9, 8, 3, 9, 8])
    #expect(grid.doubles == [0, 1, 2, 3, 4, 5], "copies have storage of their own")
    #expect(grid.select(0, 1).doubles == [3, 4, 5])
    #expect(grid.select(-1, 0).doubles == [0, 3])
  }

  @Test func `slices joined again give the tensor back`() {
    let parts = [grid.slice(1, 0..<1), grid.slice(1, 1..<3)]
    expectEqual(Tensor.concatenate(parts, along: 1), grid)
    expectEqual(Tensor.stack([grid.select(0, 0), grid.select(0, 1)], along: 0), grid)
  }

  @Test func `gathering what was scattered gives it back`() {
    let order = Tensor([2, 0, 1, 1, 2, 0], shape: [2, 3])
    let scattered = Tensor.zeros([2, 3], dataType: .float64)
      .scattering(grid, at: order, along: 1)
    #expect(scattered.doubles == [1, 2, 0, 5, 3, 4])
    expectEqual(scattered.gathered(order, along: 1), grid)
  }

  @Test func `rows are selected by number, in any order and more than once`() {
    expectEqual(
      grid.selecting(Tensor([1, 0, 1]), along: 0),
      Tensor([3.0, 4, 5, 0, 1, 2, 3, 4, 5], shape: [3, 3]))
    #expect(grid.reversed(along: 1).doubles == [2, 1, 0, 5, 4, 3])
    #expect(grid.lowerTriangle().doubles == [0, 0, 0, 3, 4, 0])
    #expect(grid.lowerTriangle(diagonal: 1).doubles == [0, 1, 0, 3, 4, 5])
  }

  @Test func `gradients of every selection equal central differences`() {
    let rows = Tensor([1, 0, 1])
    let places = Tensor([2, 0], shape: [2, 1])
    let weights = Generator(seed: 5).normal([3, 3], dataType: .float64)
    expectGradients(at: [grid, grid * 0.5]) { inputs in
      let selected = (inputs[0].selecting(rows, along: 0) * weights).sum()
      let gathered = inputs[0].gathered(places, along: 1).squared().sum()
      let scattered = inputs[0].scattering(inputs[1].slice(1, 0..<1), at: places, along: 1)
      let moved = inputs[1].transposed().reversed(along: 0).lowerTriangle().squared().sum()
      let joined = Tensor.concatenate([inputs[0], inputs[1]], along: 1).squared().mean()
      let stacked = Tensor.stack([inputs[0], inputs[1]], along: 0).select(0, 1).exponential()
      let spread = inputs[0].unsqueezed(0).expanded(to: [4, 2, 3]).squared().sum()
      return selected + gathered + scattered.squared().sum() + moved + joined + stacked.sum()
        + spread
    }
  }
}

@Suite struct `Reductions and order` {
  let grid = Tensor([3.0, 1, 2, -1, 5, 5], shape: [2, 3])

  @Test func `reductions along dimensions equal hand-computed ones`() {
    #expect(grid.sum().item == 15 && grid.mean().item == 2.5)
    expectEqual(grid.sum(along: 1), Tensor([6.0, 9]))
    expectEqual(grid.sum(along: 0, keepingDimensions: true), Tensor([2.0, 6, 7], shape: [1, 3]))
    expectEqual(grid.mean(along: -1), Tensor([2.0, 3]))
    expectEqual(grid.maximum(along: 1), Tensor([3.0, 5]))
    expectEqual(grid.minimum(along: 0), Tensor([-1.0, 1, 2]))
    #expect(grid.maximum().item == 5 && grid.minimum().item == -1)
    #expect(grid.sum(along: 0, 1).item == 15)
    expectEqual(
      grid.cumulativeSum(along: 1), Tensor([3.0, 4, 6, -1, 4, 9], shape: [2, 3]))
    #expect(grid.argmax(along: 0).integers == [0, 1, 1])
  }

  @Test func `ln Σ eˣ does not overflow`() {
    // ln(2 · e¹⁰⁰⁰) = 1000 + ln 2
    let large = Tensor([1000.0, 1000], shape: [1, 2])
    expectEqual(large.logSumExp(along: 1), Tensor([1000.693147180559945]), tolerance: 1e-12)
    #expect(large.logSumExp(along: 1, keepingDimensions: true).shape == [1, 1])
  }

  @Test func `sorting is stable and says where elements came from`() {
    let (values, indices) = grid.sorted(along: 1, descending: true)
    #expect(values.doubles == [3, 2, 1, 5, 5, -1])
    #expect(indices.integers == [0, 2, 1, 1, 2, 0])
    expectEqual(grid.gathered(indices, along: 1), values)
    #expect(grid.sorted(along: 1).values.doubles == [1, 2, 3, -1, 5, 5])
    #expect(grid.largest(2, along: 1).values.doubles == [3, 2, 5, 5])
    #expect(grid.largest(1, along: 0).indices.integers == [0, 1, 1])
  }

  @Test func `gradients equal central differences`() {
    let input = Tensor([3.0, 1, 2, -1, 5, 5.5], shape: [2, 3])
    expectGradients(at: [input]) { inputs in
      let x = inputs[0]
      return x.sum(along: 1).squared().sum() + x.mean(along: 0).exponential().sum()
        + x.logSumExp(along: 1).squared().sum() + x.maximum(along: 1).squared().sum()
        + x.minimum(along: 0).squared().sum() + x.cumulativeSum(along: 1).squared().mean()
        + x.sorted(along: 1).values.slice(1, 1..<2).squared().sum()
    }
  }

  @Test func `the places of a dimension are its selections, with one gradient`() {
    let parameter = Generator(seed: 1).normal([2, 3, 4], dataType: .float64).asParameter()
    for (index, part) in parameter.unbound(1).enumerated() {
      expectEqual(part, parameter.select(1, index), tolerance: 0)
    }
    let slope = Tensor.recording {
      let parts = parameter.unbound(1)
      return (parts[0] * 2 + parts[2].squared()).sum().gradients(of: [parameter])[0]
    }
    let values = parameter.detached()
    expectEqual(
      slope,
      .stack(
        [
          .full([2, 4], 2, dataType: .float64), .zeros([2, 4], dataType: .float64),
          values.select(1, 2) * 2,
        ],
        along: 1), tolerance: 1e-14)
  }

  @Test func `discounted sums run to the end, and not across the mask's zeros`() {
    let x = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    let mask = Tensor([1.0, 1, 1, 1, 0, 1], shape: [2, 3])
    #expect(x.discountedSums(factor: 0.5, mask: mask).doubles == [2.75, 3.5, 3, 4, 0, 6])
    #expect(
      x.discountedSums(factor: 0, mask: .ones([2, 3], dataType: .float64)).doubles == x.doubles)
  }

  @Test func `discounted sums have their gradient where it is asked for`() {
    let generator = Generator(seed: 1)
    let mask = Tensor([1.0, 1, 1, 0, 1, 1, 1, 1], shape: [2, 4])
    let input = generator.normal([2, 4], dataType: .float64)
    let weights = generator.normal([2, 4], dataType: .float64)
    expectGradients(at: [input]) {
      ($0[0].discountedSums(factor: 0.9, mask: mask).squared() * weights).sum()
    }
    let parameter = input.asParameter()
    expectEqual(
      Tensor.recording { parameter.discountedSums(factor: 0.9, mask: mask).detached() },
      input.discountedSums(factor: 0.9, mask: mask), tolerance: 1e-15)
  }

  @Test func `one number that is not finite is found`() {
    for type in [DataType.float32, .float64, .bfloat16] {
      for bad in [Double.nan, .infinity, -.infinity] {
        let numbers = [0, 1e30, -2, bad, 5]
        #expect(!Tensor(numbers).cast(to: type).isAllFinite)
      }
      #expect(Tensor([0, 1e30, -2.0, 5]).cast(to: type).isAllFinite)
    }
    #expect(Tensor([1, 2]).isAllFinite && Tensor.zeros([0]).isAllFinite)
  }
}

import TensorTestSupport
import Testing
import Torch

@Suite struct `Devices` {
  @Test func `the processor is always there`() throws {
    #expect(try Device(named: "cpu") == .cpu)
    #expect(try Device.count(of: .cpu) == 1)
    #expect(Device.cpu.description == "cpu" && Tensor.zeros([1]).device == .cpu)
    Device.cpu.synchronize()
    #expect(Device.threadCount > 0)
  }

  @Test(arguments: ["", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:0:0", "CPU"])
  func `a name that means nothing is refused with the names that do`(name: String) {
    #expect(
      throws: TensorError.device("there is no device '\(name)': use cpu, cuda, cuda:N or mps")
    ) {
      try Device(named: name)
    }
  }

  @Test func `a device beyond the last is refused with the number there are`() {
    #expect(throws: TensorError.device("device 'cpu:1' is not on this machine (1 of kind cpu)")) {
      try Device(named: "cpu:1")
    }
  }

  @Test func `a machine without CUDA says so and what to do`() throws {
    let found = Result { () throws(TensorError) in try Device(named: "cuda") }
    switch found {
    case .success(let device): #expect(device.description == "cuda:0")
    case .failure(let error):
      #expect(error == .device(error.description) && error.description.contains("'cuda'"))
      #expect(
        error.description.contains("REIN_LIBTORCH")
          || error.description.contains("not on this machine"))
    }
  }

  @Test func `moving to where a tensor is gives the same tensor`() throws {
    expectEqual(try Tensor([1.0, 2]).moved(to: .cpu), Tensor([1.0, 2]), tolerance: 0)
  }
}

@Suite struct `Element types` {
  @Test(arguments: DataType.allCases) func `know their size and survive a copy`(type: DataType)
    throws
  {
    let tensor = Tensor([0.0, 1, 1, 0, 1, 0], shape: [2, 3]).cast(to: type)
    #expect(tensor.dataType == type)
    #expect(tensor.bytes.count == 6 * type.byteCount)
    let back = try tensor.bytes.withUnsafeBytes {
      try Tensor(bytes: $0, shape: [2, 3], dataType: type)
    }
    expectEqual(back, tensor, tolerance: 0)
    #expect(tensor.doubles == [0, 1, 1, 0, 1, 0])
  }

  @Test func `Swift's types decide the tensor's`() {
    #expect(Tensor([1, 2]).dataType == .int64 && Tensor([1.5]).dataType == .float64)
    #expect(Tensor([Float(1)]).dataType == .float32 && Tensor([true]).dataType == .bool)
    #expect(Tensor([UInt8(1)]).dataType == .uint8)
  }

  @Test func `bfloat16 keeps eight bits and float32's range`() {
    // 1 + 2⁻⁸ lies half-way between neighbours and goes to the even one, 1.
    let values = Tensor([1 + 0x1p-7, 1 + 0x1p-8, 1e38]).cast(to: .bfloat16).doubles
    #expect(values[0] == 1 + 0x1p-7 && values[1] == 1 && abs(values[2] / 1e38 - 1) < 0x1p-8)
    #expect(Tensor([1e38]).cast(to: .float16).doubles == [.infinity])
  }

  @Test func `large whole numbers are read exactly`() {
    let large = [(1 << 53) + 1, Int.min, Int.max]
    #expect(Tensor(large).integers == large)
  }

  @Test func `only floating-point types pass gradients`() {
    let floating = DataType.allCases.filter(\.isFloatingPoint)
    #expect(floating == [.float32, .float64, .bfloat16, .float16])
  }

  @Test func `descriptions name type, shape and, of small tensors, the elements`() {
    #expect(Tensor([1, 2]).description == "Tensor(int64, [2], cpu) [1.0, 2.0]")
    #expect(Tensor.zeros([5, 5]).description == "Tensor(float32, [5, 5], cpu)")
  }
}

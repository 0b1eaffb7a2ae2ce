import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Weight files` {
  private func everyType() throws -> Data {
    try #require(Data(base64Encoded: Goldens.everyType))
  }

  @Test func `a file of the safetensors package reads equal in every type`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "python.safetensors")
      try everyType().write(to: url)
      let file = try SafeTensors(contentsOf: url)
      #expect(
        file.names == [
          "bf16", "bool", "empty", "f16", "f32", "f64", "i32", "i64", "scalar", "u8",
        ])
      #expect(file.metadata == ["format": "pt", "note": "ä/b"])
      expectEqual(
        try file.tensor("f32"),
        Tensor([1.5, -2.25, 3e-3, 0.1, 1e20, -0.0] as [Float], shape: [2, 3]), tolerance: 0)
      #expect(try file.tensor("f32").floats[5].sign == .minus)
      expectEqual(try file.tensor("f64"), Tensor([0.1, -1e300]), tolerance: 0)
      expectEqual(
        try file.tensor("bf16"), Tensor([1, 3.140625, -65280]).cast(to: .bfloat16), tolerance: 0)
      expectEqual(
        try file.tensor("f16"), Tensor([1, 0.333251953125, -65504]).cast(to: .float16),
        tolerance: 0)
      #expect(try file.tensor("i64").integers == [(1 << 53) + 1, -7])
      let i32 = try file.tensor("i32")
      #expect(i32.integers == [Int(Int32.max), Int(Int32.min)] && i32.shape == [2, 1])
      #expect(try file.tensor("u8").elements(as: UInt8.self) == [0, 255, 7])
      #expect(try file.tensor("bool").booleans == [true, false, true])
      #expect(try file.tensor("scalar").shape == [] && file.tensor("scalar").item == 42)
      #expect(try file.tensor("empty").shape == [0, 4] && file.shape(of: "empty") == [0, 4])
    }
  }

  @Test func `what is written reads back equal in every type`() throws {
    var parameters = Parameters()
    for type in DataType.allCases {
      let values = Tensor([0.0, 1, 2, 3, 250, 6], shape: [3, 2]).cast(to: type)
      parameters.append("a/\(type.rawValue) \"ü\"", values)
    }
    parameters.append("strided", Tensor([0.0, 1, 2, 3, 4, 5], shape: [2, 3]).transposed())
    parameters.append("scalar", Tensor(7))
    parameters.append("empty", Tensor.zeros([3, 0]))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "all.safetensors")
      try SafeTensors.write(parameters, to: url, metadata: ["step": "12"])
      let file = try SafeTensors(contentsOf: url)
      #expect(file.names == parameters.names.sorted() && file.metadata == ["step": "12"])
      for (name, tensor) in zip(parameters.names, parameters.tensors) {
        let read = try file.tensor(name)
        #expect(read.dataType == tensor.dataType && read.shape == tensor.shape)
        #expect(read.bytes == tensor.contiguous().bytes)
      }
    }
  }

  @Test func `floating-point tensors can be stored in another type, whole numbers keep theirs`()
    throws
  {
    var parameters = Parameters()
    parameters.append("w", Tensor([0.1, 2]))
    parameters.append("step", Tensor([7]))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "half.safetensors")
      try SafeTensors.write(parameters, to: url, as: .bfloat16)
      let file = try SafeTensors(contentsOf: url)
      expectEqual(
        try file.tensor("w"), Tensor([0.1, 2]).cast(to: .bfloat16), tolerance: 0)
      #expect(try file.tensor("step").integers == [7])
    }
  }

  @Test func `a tensor the file lacks is an error that names it`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "x.safetensors")
      try everyType().write(to: url)
      let file = try SafeTensors(contentsOf: url)
      #expect(!file.contains("nope"))
      #expect(throws: WeightError.missing(file: url.path, tensor: "nope")) {
        try file.tensor("nope")
      }
      #expect(throws: WeightError.missing(file: url.path, tensor: "nope")) {
        try file.shape(of: "nope")
      }
    }
  }

  @Test func `a file that is not there is unreadable`() throws {
    try withTemporaryFolder { folder in
      for url in [folder.appending(path: "none"), folder] {
        #expect {
          try SafeTensors(contentsOf: url)
        } throws: { error in
          guard case WeightError.unreadable(let file, let reason) = error else { return false }
          return file == url.path && !reason.isEmpty
        }
      }
    }
  }

  @Test func `a file cut anywhere is refused`() throws {
    let whole = try everyType()
    try withTemporaryFolder { folder in
      for length in stride(from: 0, to: whole.count, by: 3) {
        let url = folder.appending(path: "\(length)")
        try whole.prefix(length).write(to: url)
        #expect(throws: WeightError.self, "cut at \(length)") { try SafeTensors(contentsOf: url) }
      }
    }
  }
}

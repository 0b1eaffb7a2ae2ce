import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Writing weights` {
  private static func parameters(_ count: Int) -> Parameters {
    var parameters = Parameters()
    parameters.append("w", Tensor.ones([count]))
    return parameters
  }

  @Test func `replaces the file that was there and leaves no other behind`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      for count in [5, 2] {
        try SafeTensors.write(Self.parameters(count), to: url)
        #expect(try SafeTensors(contentsOf: url).shape(of: "w") == [count])
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == [url.lastPathComponent])
    }
  }

  @Test func `an open file keeps its content while it is replaced`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      try SafeTensors.write(Self.parameters(5), to: url)
      let open = try SafeTensors(contentsOf: url)
      try SafeTensors.write(Self.parameters(2), to: url)
      expectEqual(try open.tensor("w"), .ones([5]), tolerance: 0)
    }
  }

  @Test func `a folder that cannot be written to is an error`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "file")
      try Data([1, 2, 3]).write(to: file)
      for url in [folder.appending(path: "none/w"), file.appending(path: "w")] {
        #expect {
          try SafeTensors.write(Self.parameters(5), to: url)
        } throws: { error in
          guard case WeightError.unwritable(let path, let reason) = error else { return false }
          return path == url.path && !reason.isEmpty
        }
      }
      #expect(try Data(contentsOf: file) == Data([1, 2, 3]))
    }
  }

  @Test func `a disk without room leaves the old file as it was`() async {
    // A limit on the size of files makes a write fail half-way, as a full disk does.
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let url = folder.appending(path: "w.safetensors")
        try SafeTensors.write(Self.parameters(5), to: url)
        let before = try Data(contentsOf: url)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
        #if os(Linux)
          let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
        #else
          let resource = RLIMIT_FSIZE
        #endif
        guard setrlimit(resource, &limit) == 0 else { fatalError("no limit could be set") }
        do {
          try SafeTensors.write(Self.parameters(100_000), to: url)
          fatalError("the write succeeded")
        } catch WeightError.unwritable(let path, _) {
          precondition(path == url.path)
        }
        let after = try Data(contentsOf: url)
        precondition(after == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        precondition(left == [url.lastPathComponent], "\(left)")
      }
    }
  }

  @Test(arguments: [DataType.float32, .bfloat16])
  func `in pieces gives what writing at once would`(type: DataType) throws {
    // Longer than a piece, not a multiple of one, and transposed in memory.
    var parameters = Parameters()
    parameters.append("w", Tensor.range(4_200_001).reshaped(1, -1).transposed().cast(to: .float32))
    parameters.append("last", Tensor([1.0, 2]))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      try SafeTensors.write(parameters, to: url, as: type)
      let file = try SafeTensors(contentsOf: url)
      #expect(try file.tensor("w").bytes == parameters.tensors[0].cast(to: type).bytes)
      expectEqual(try file.tensor("last"), parameters.tensors[1].cast(to: type), tolerance: 0)
    }
  }

  @Test func `and reading take no second copy of what there is`() async {
    await #expect(processExitsWith: .success) {
      let peak = { () -> Int in
        var usage = rusage()
        #if os(Linux)
          getrusage(RUSAGE_SELF.rawValue, &usage)
          return 1024 * usage.ru_maxrss
        #else
          getrusage(RUSAGE_SELF, &usage)
          return usage.ru_maxrss
        #endif
      }
      try withTemporaryFolder { folder in
        let url = folder.appending(path: "w.safetensors")
        var parameters = Parameters()
        for name in ["a", "b"] { parameters.append(name, .ones([16 << 20])) }
        let size = 128 << 20
        try SafeTensors.write(Self.parameters(5), to: url)
        let start = peak()
        try SafeTensors.write(parameters, to: url, as: .bfloat16)
        try SafeTensors.write(parameters, to: url)
        let written = peak()
        precondition(written - start < size / 2, "writing took \(written - start) bytes")
        parameters = Parameters()
        let file = try SafeTensors(contentsOf: url)
        for name in file.names { parameters.append(name, try file.tensor(name)) }
        precondition(peak() - written < size / 2, "reading took \(peak() - written) bytes")
      }
    }
  }

  @Test func `two tensors of one name is the program's mistake`() async {
    await #expect(processExitsWith: .failure) {
      try withTemporaryFolder { folder in
        let twice = Self.parameters(1) + Self.parameters(2)
        try SafeTensors.write(twice, to: folder.appending(path: "w.safetensors"))
      }
    }
  }
}

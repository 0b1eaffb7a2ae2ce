import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Damaged weight files` {
  // Whether the file was refused, by an error that names it.
  private func isRefused(_ url: URL, _ open: (URL) throws -> any TensorSource) throws -> Bool {
    do {
      let source = try open(url)
      for name in source.names {
        let tensor = try source.tensor(name)
        #expect(
          try tensor.shape == source.shape(of: name) && tensor.doubles.count == tensor.count)
      }
      return false
    } catch let error as WeightError {
      let folder = url.deletingLastPathComponent().path
      if !error.description.contains(folder) { Issue.record("\(error) does not name the file") }
      return true
    }
  }

  @Test func `are refused or read, never a crash, wherever a byte is wrong`() throws {
    let sound = try #require(Data(base64Encoded: Goldens.everyType))
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      let share = try fuzz("safetensors, bytes", count: 1000) { damage in
        try damage.bytes(sound).writeUnsynchronized(to: url)
        return try isRefused(url) { try SafeTensors(contentsOf: $0) }
      }
      #expect(0.3 < share && share < 1)
    }
  }

  @Test func `are refused or read, never a crash, whatever the header says`() throws {
    let sound = try #require(Data(base64Encoded: Goldens.everyType))
    let length = Int(sound[0]) + 256 * Int(sound[1])
    let (header, body) = (sound[8..<8 + length], sound[(8 + length)...])
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      let share = try fuzz("safetensors, header", count: 1000) { damage in
        let text = damage.json(header)
        let file = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + body
        try file.writeUnsynchronized(to: url)
        return try isRefused(url) { try SafeTensors(contentsOf: $0) }
      }
      #expect(0.3 < share && share < 1)
    }
  }

  @Test func `are refused or read, never a crash, whatever the index says`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "model.safetensors.index.json")
      var map: [String: String] = [:]
      for name in ["a", "b", "c"] {
        var parameters = Parameters()
        parameters.append(name, Tensor([1.0, 2, 3]))
        map[name] = "\(name == "c" ? "two" : name).safetensors"
        try SafeTensors.write(parameters, to: folder.appending(path: map[name] ?? ""))
      }
      let sound = try JSONSerialization.data(
        withJSONObject: ["metadata": ["total_size": 36], "weight_map": map], options: .sortedKeys)
      let share = try fuzz("safetensors, index", count: 500) { damage in
        try damage.json(sound).writeUnsynchronized(to: url)
        return try isRefused(url) { try ShardedSafeTensors(index: $0) }
      }
      #expect(0.3 < share && share < 1)
    }
  }
}

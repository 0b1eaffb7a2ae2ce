import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Weights in several files` {
  private let first = Tensor([1.0, 2, 3], shape: [3])
  private let second = Tensor([4.0, 5, 6, 7], shape: [2, 2])

  // Two files and an index that says where `a` and `b` are.
  private func checkpoint(in folder: URL, _ map: [String: Any]? = nil) throws -> URL {
    for (name, tensor, file) in [("a", first, "one"), ("b", second, "two")] {
      var parameters = Parameters()
      parameters.append(name, tensor)
      try SafeTensors.write(parameters, to: folder.appending(path: "\(file).safetensors"))
    }
    let index = folder.appending(path: "model.safetensors.index.json")
    let places = map ?? ["a": "one.safetensors", "b": "two.safetensors"]
    try JSONSerialization.data(
      withJSONObject: ["metadata": ["total_size": 56], "weight_map": places]
    ).write(to: index)
    return index
  }

  @Test func `are read as one`() throws {
    try withTemporaryFolder { folder in
      let shards = try ShardedSafeTensors(index: checkpoint(in: folder))
      #expect(shards.names == ["a", "b"] && shards.contains("a") && !shards.contains("c"))
      #expect(try shards.shape(of: "b") == [2, 2])
      expectEqual(try shards.tensor("a"), first, tolerance: 0)
      expectEqual(try shards.tensor("b"), second, tolerance: 0)
      let missing = WeightError.missing(file: shards.path, tensor: "c")
      #expect(throws: missing) { try shards.tensor("c") }
      #expect(throws: missing) { try shards.shape(of: "c") }
    }
  }

  @Test func `a builder takes them`() throws {
    try withTemporaryFolder { folder in
      let builder = ParameterBuilder(file: try ShardedSafeTensors(index: checkpoint(in: folder)))
      let weight = try builder("b", [2, 2], .constant(0))
      expectEqual(weight, second.cast(to: .float32), tolerance: 0)
      #expect(throws: WeightError.self) { try builder("a", [4], .constant(0)) }
    }
  }

  static let leads = [
    "../../etc/passwd", "/etc/passwd", "../one.safetensors", "sub/one.safetensors",
    "..\\one.safetensors", ".safetensors", "..safetensors", "one.bin", "", "one\u{0}.safetensors",
  ]

  @Test(arguments: leads) func `an index that leads out of its folder is refused`(name: String)
    throws
  {
    try withTemporaryFolder { folder in
      let index = try checkpoint(in: folder, ["a": "one.safetensors", "b": name])
      #expect(
        throws: WeightError.malformedIndex(
          file: index.path, reason: "'\(name)' is not the name of a safetensors file beside it")
      ) { try ShardedSafeTensors(index: index) }
    }
  }

  @Test func `a missing file, and one without its tensor, are named`() throws {
    try withTemporaryFolder { folder in
      let index = try checkpoint(in: folder)
      let two = folder.appending(path: "two.safetensors")
      try FileManager.default.removeItem(at: two)
      #expect {
        try ShardedSafeTensors(index: index)
      } throws: { error in
        guard case WeightError.unreadable(let file, _) = error else { return false }
        return file == two.path
      }
      let swapped = try checkpoint(in: folder, ["a": "two.safetensors", "b": "two.safetensors"])
      #expect(throws: WeightError.missing(file: two.path, tensor: "a")) {
        try ShardedSafeTensors(index: swapped)
      }
    }
  }

  @Test func `a tensor that stands twice is refused`() throws {
    try withTemporaryFolder { folder in
      let index = try checkpoint(in: folder)
      let text =
        #"{"weight_map": {"a": "one.safetensors", "b": "two.safetensors", "a": "two.safetensors"}}"#
      try Data(text.utf8).write(to: index)
      #expect(throws: WeightError.malformedIndex(file: index.path, reason: "it has 'a' twice")) {
        try ShardedSafeTensors(index: index)
      }
    }
  }

  // The hub's cache keeps files under their hashes, and links to them under their names.
  @Test func `are read through links, as the hub's cache has them`() throws {
    try withTemporaryFolder { folder in
      let manager = FileManager.default
      let (blobs, snapshot) = (folder.appending(path: "blobs"), folder.appending(path: "snapshot"))
      for part in [blobs, snapshot] {
        try manager.createDirectory(at: part, withIntermediateDirectories: true)
      }
      let index = try checkpoint(in: snapshot)
      for name in try manager.contentsOfDirectory(atPath: snapshot.path) {
        let link = snapshot.appending(path: name)
        try manager.moveItem(at: link, to: blobs.appending(path: "hash-\(name)"))
        try manager.createSymbolicLink(
          atPath: link.path, withDestinationPath: "../blobs/hash-\(name)")
      }
      expectEqual(try ShardedSafeTensors(index: index).tensor("b"), second, tolerance: 0)
    }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"weight_map": {}}"#, #"{"weight_map": {"a": 3}}"#, "{\"weight_map\"",
  ])
  func `an index that is none is refused`(text: String) throws {
    try withTemporaryFolder { folder in
      let index = folder.appending(path: "model.safetensors.index.json")
      try Data(text.utf8).write(to: index)
      #expect(
        throws: WeightError.malformedIndex(
          file: index.path, reason: "it has no weight_map from tensors to files")
      ) { try ShardedSafeTensors(index: index) }
      #expect(throws: WeightError.self) {
        try ShardedSafeTensors(index: folder.appending(path: "none.json"))
      }
    }
  }
}

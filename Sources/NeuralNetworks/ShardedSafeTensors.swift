public import Foundation
public import Torch

/// The tensors of a checkpoint that is spread over several files, which an index beside them names.
///
/// Format: a JSON object whose `weight_map` gives for each tensor the name of its file. Files lie in the index's own folder: a name
/// that leads elsewhere is refused.
public struct ShardedSafeTensors: TensorSource {
  private struct Index: Decodable {
    let weight_map: [String: String]
  }

  /// The index, as given.
  public let path: String
  private let shards: [String: SafeTensors]
  private let places: [String: String]

  /// The names of all tensors, sorted.
  public var names: [String] { places.keys.sorted() }

  /// Opens an index and every file that it names.
  ///
  /// - Parameter index: `model.safetensors.index.json`.
  /// - Throws: `WeightError` if the index is not sound, or a file is missing, unsound or lacks a tensor that it should hold.
  public init(index: URL) throws(WeightError) {
    path = index.path
    let map = try ShardedSafeTensors.places(index)
    let folder = index.deletingLastPathComponent()
    var shards: [String: SafeTensors] = [:]
    for name in Set(map.values).sorted() {
      guard ShardedSafeTensors.isPlain(name) else {
        throw .malformedIndex(
          file: index.path, reason: "'\(name)' is not the name of a safetensors file beside it")
      }
      shards[name] = try SafeTensors(contentsOf: folder.appending(path: name))
    }
    for (tensor, name) in map.sorted(by: { $0.key < $1.key }) {
      guard let shard = shards[name], shard.contains(tensor) else {
        throw .missing(file: folder.appending(path: name).path, tensor: tensor)
      }
    }
    self.shards = shards
    places = map
  }

  private static func places(_ index: URL) throws(WeightError) -> [String: String] {
    let data = try RegularFile.contents(of: index)
    do {
      let map = try StrictJSON.decode(Index.self, from: data).weight_map
      if !map.isEmpty { return map }
    } catch .repeated(let key) {
      throw .malformedIndex(file: index.path, reason: "it has '\(key)' twice")
    } catch {}
    throw .malformedIndex(file: index.path, reason: "it has no weight_map from tensors to files")
  }

  // A file of this folder, and none that a path can lead out of it.
  private static func isPlain(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && !name.hasPrefix(".") && !name.contains("/")
      && !name.contains("\\") && !name.unicodeScalars.contains("\0")
  }

  /// Whether a file holds a tensor of that name.
  public func contains(_ name: String) -> Bool { places[name] != nil }

  /// The shape of a tensor, without reading it.
  public func shape(of name: String) throws(WeightError) -> [Int] {
    try shard(of: name).shape(of: name)
  }

  /// A tensor, read from its file in its stored type.
  public func tensor(_ name: String) throws -> Tensor { try shard(of: name).tensor(name) }

  private func shard(of name: String) throws(WeightError) -> SafeTensors {
    guard let shard = places[name].flatMap({ shards[$0] }) else {
      throw .missing(file: path, tensor: name)
    }
    return shard
  }
}

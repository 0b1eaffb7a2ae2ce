public import Foundation
import NeuralNetworks
import Torch

/// A state in a safetensors file: tensors as they are, plain values as JSON in its metadata.
struct StateFile: StateSource {
  private let weights: SafeTensors

  /// Opens a file.
  init(_ url: URL) throws { weights = try SafeTensors(contentsOf: url) }

  /// Writes a state, all or nothing.
  static func write(_ state: TrainingState, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let texts = try state.values.mapValues { value in
      // In a list, because a number alone is no JSON text for every reader.
      String(decoding: try encoder.encode([AnyEncodable(value)]), as: UTF8.self)
    }
    try SafeTensors.write(state.tensors, to: url, metadata: texts)
  }

  func value<Value: Codable>(_ name: String) throws -> Value {
    guard let text = weights.metadata[name] else { throw CheckpointError.missing(name) }
    guard let value = try? JSONDecoder().decode([Value].self, from: Data(text.utf8)).first else {
      throw CheckpointError.misfit(name)
    }
    return value
  }

  func write(_ name: String, over tensor: Tensor) throws {
    guard weights.contains(name) else { throw CheckpointError.missing(name) }
    guard try weights.shape(of: name) == tensor.shape else { throw CheckpointError.misfit(name) }
    let stored = try weights.tensor(name)
    guard stored.dataType == tensor.dataType else { throw CheckpointError.misfit(name) }
    tensor.assign(try stored.moved(to: tensor.device))
  }

  private struct AnyEncodable: Encodable {
    let value: any Encodable
    init(_ value: any Encodable) { self.value = value }
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
  }
}

extension Resumable {
  /// Writes everything that decides the steps to come into a file, all or nothing.
  ///
  /// - Parameter url: The file, in the safetensors format.
  /// - Throws: `WeightError.unwritable`.
  public func writeState(to url: URL) throws {
    let state = TrainingState()
    try carry(state)
    try StateFile.write(state, to: url)
  }

  /// Goes on as the one did that wrote a file: from the same model, data, configuration and seed, to the same bits on a CPU.
  ///
  /// - Parameter url: The file.
  /// - Throws: `CheckpointError`, `WeightError`; some of the state may be restored by then.
  public func restoreState(from url: URL) throws {
    try carry(TrainingState(restoring: StateFile(url)))
  }
}

/// Why a run cannot be taken up again.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The checkpoint does not say where something stood.
  case missing(String)
  /// What the checkpoint holds is not what the trainer has.
  case misfit(String)
  /// Something that a run works with is not what it was.
  case changed(String)
  /// The run has nothing that could be taken up.
  case unsupported(String)

  /// The message, ready to print.
  public var description: String {
    switch self {
    case .missing(let name):
      "the checkpoint lacks '\(name)': it was written by another version of Rein, or for another configuration"
    case .misfit(let name):
      "'\(name)' in the checkpoint does not fit the model or the configuration: it belongs to another run"
    case .changed(let name):
      "\(name) changed since the checkpoint was written: the run would not go on as it began; restore what was there, or start a new run"
    case .unsupported(let reason): reason
    }
  }
}

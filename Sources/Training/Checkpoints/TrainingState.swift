import Foundation
public import NeuralNetworks
public import Torch

/// Everything that decides the steps to come, by name.
///
/// Whoever has state describes it once, in ``Resumable/carry(_:)``; the same description saves it and restores it, so that
/// nothing is saved and forgotten, or restored into another place.
public final class TrainingState {
  private enum Direction {
    case saving
    case restoring(any StateSource)
  }

  private let direction: Direction
  // Without tensors, and without a look at what must not have changed.
  private let isBrief: Bool
  private(set) var tensors = Parameters()
  private(set) var values: [String: any Codable] = [:]
  private var prefix = ""

  /// A state that is about to be described.
  public convenience init() { self.init(brief: false) }

  fileprivate init(brief isBrief: Bool) {
    direction = .saving
    self.isBrief = isBrief
  }

  /// A state that is to be restored.
  init(restoring source: any StateSource) {
    direction = .restoring(source)
    isBrief = source is Draws
  }

  /// Whether the state goes back to where it came from.
  public var isRestoring: Bool {
    if case .restoring = direction { true } else { false }
  }

  /// A plain value.
  ///
  /// - Parameters:
  ///   - name: What it is.
  ///   - value: The value.
  /// - Throws: `CheckpointError` where there is none to restore.
  public func carry<Value: Codable>(_ name: String, _ value: inout Value) throws {
    switch direction {
    case .saving: values[prefix + name] = value
    case .restoring(let source): value = try source.value(prefix + name)
    }
  }

  /// Tensors, in place.
  ///
  /// - Parameters:
  ///   - name: What they are.
  ///   - parameters: The tensors.
  /// - Throws: `CheckpointError` where one is missing or has another shape.
  public func carry(_ name: String, _ parameters: Parameters) throws {
    guard !isBrief else { return }
    for (own, tensor) in zip(parameters.names, parameters.tensors) {
      let full = "\(prefix)\(name).\(own)"
      switch direction {
      case .saving: tensors.append(full, tensor.detached())
      case .restoring(let source): try source.write(full, over: tensor)
      }
    }
  }

  /// Where a random generator stands.
  ///
  /// - Parameters:
  ///   - name: What it decides.
  ///   - generator: The generator; nil for none.
  /// - Throws: `CheckpointError` where there is none to restore.
  public func carry(_ name: String, _ generator: Generator?) throws {
    guard let generator else { return }
    var text = isRestoring ? "" : Data(generator.state).base64EncodedString()
    try carry(name, &text)
    guard isRestoring else { return }
    guard let bytes = Data(base64Encoded: text) else { throw CheckpointError.misfit(prefix + name) }
    try generator.restore([UInt8](bytes))
  }

  /// What a part of the whole has to say, under its name.
  ///
  /// - Parameters:
  ///   - name: What it is.
  ///   - part: The part; nil for none.
  /// - Throws: What the part throws.
  public func carry(_ name: String, _ part: (any Resumable)?) throws {
    guard let part else { return }
    let outer = prefix
    prefix += "\(name)."
    defer { prefix = outer }
    try part.carry(self)
  }

  /// Something that must not have changed meanwhile, such as the training data.
  ///
  /// - Parameters:
  ///   - name: What it is, for people.
  ///   - fingerprint: What tells it from others.
  /// - Throws: `CheckpointError.changed`.
  public func expect(_ name: String, _ fingerprint: @autoclosure () -> UInt64) throws {
    guard !isBrief else { return }
    var stored = isRestoring ? 0 : fingerprint()
    try carry(name, &stored)
    if isRestoring, stored != fingerprint() { throw CheckpointError.changed(name) }
  }
}

/// Something whose work can be broken off and taken up again, to the bit.
public protocol Resumable {
  /// Hands everything that decides the steps to come to a state, or takes it back from there.
  ///
  /// - Parameter state: Where it goes, or comes from.
  /// - Throws: `CheckpointError` where something is missing or does not fit.
  func carry(_ state: TrainingState) throws
}

/// Where a state comes from.
protocol StateSource {
  /// A plain value.
  func value<Value: Codable>(_ name: String) throws -> Value
  /// Writes a tensor's values over another.
  func write(_ name: String, over tensor: Tensor) throws
}

/// A state in memory without its tensors: what a step that fails before it changes a weight has to take back.
struct Draws: StateSource {
  private let values: [String: any Codable]

  init(of trainer: any Resumable) throws {
    let state = TrainingState(brief: true)
    try trainer.carry(state)
    values = state.values
  }

  func value<Value: Codable>(_ name: String) throws -> Value {
    guard let value = values[name] as? Value else { throw CheckpointError.missing(name) }
    return value
  }

  func write(_ name: String, over tensor: Tensor) {}
}

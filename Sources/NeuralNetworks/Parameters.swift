public import Torch

/// The named tensors of a module in the order in which they were made.
public struct Parameters: Sendable {
  /// Hugging Face names, such as `transformer.h.0.ln_1.weight`.
  public private(set) var names: [String] = []
  /// The tensors, one per name.
  public private(set) var tensors: [Tensor] = []

  /// No parameters.
  public init() {}

  /// The number of tensors.
  public var count: Int { names.count }

  /// The number of numbers in all tensors.
  public var elementCount: Int { tensors.reduce(0) { $0 + $1.count } }

  /// Adds a tensor under a name.
  public mutating func append(_ name: String, _ tensor: Tensor) {
    names.append(name)
    tensors.append(tensor)
  }

  /// The tensors of both, this one's first.
  public static func + (left: Parameters, right: Parameters) -> Parameters {
    var sum = left
    sum.names += right.names
    sum.tensors += right.tensors
    return sum
  }

  /// The parameters whose name satisfies a condition.
  public func filter(_ isIncluded: (String) -> Bool) -> Parameters {
    var kept = Parameters()
    for (name, tensor) in zip(names, tensors) where isIncluded(name) { kept.append(name, tensor) }
    return kept
  }

  /// Writes another module's values over these, in place.
  ///
  /// - Parameter other: Parameters of the same names and shapes, in the same order.
  public func assign(_ other: Parameters) {
    precondition(names == other.names, "parameters of different modules")
    for (index, (target, source)) in zip(tensors, other.tensors).enumerated() {
      precondition(
        target.shape == source.shape, "\(names[index]) is \(target.shape), not \(source.shape)")
      target.assign(source)
    }
  }
}

/// How a parameter starts where no weights are loaded.
public enum Initialization: Sendable, Equatable {
  /// Every element the same.
  case constant(Double)
  /// Independent draws from a normal distribution around zero.
  case normal(standardDeviation: Double)
  /// Independent draws from −bound to bound.
  case uniform(bound: Double)
  /// Orthonormal rows or columns times a gain; for matrices.
  case orthogonal(gain: Double)
}

/// Makes a module's parameters, from a generator, from a weight file or out of another module, and remembers them.
///
/// A module asks for each parameter by name and shape in its initializer, so one code path serves fresh and loaded
/// models and the list of parameters cannot be forgotten.
public final class ParameterBuilder {
  private enum Origin {
    case random(Generator)
    case file(any TensorSource, missing: Set<String>, Generator?)
    case shared([String: Tensor])
  }

  private let origin: Origin
  private let dataType: DataType
  private let device: Device
  /// What was made so far.
  public private(set) var parameters = Parameters()
  /// The names that were absent from the file and therefore drawn.
  public private(set) var drawn: [String] = []

  /// Fresh parameters.
  ///
  /// - Parameters:
  ///   - generator: Where random values come from.
  ///   - dataType: The type of the elements.
  ///   - device: Where they shall live.
  public init(generator: Generator, dataType: DataType = .float32, device: Device = .cpu) {
    origin = .random(generator)
    self.dataType = dataType
    self.device = device
  }

  /// Parameters from a weight file.
  ///
  /// - Parameters:
  ///   - file: The weights.
  ///   - missing: What the file may lack: a new head on a loaded trunk.
  ///   - generator: Draws it; nil refuses such a file.
  ///   - dataType: The type of the elements, converted where the file has another.
  ///   - device: Where they shall live.
  public init(
    file: any TensorSource, drawing missing: Set<String> = [], from generator: Generator? = nil,
    dataType: DataType = .float32, device: Device = .cpu
  ) {
    origin = .file(file, missing: missing, generator)
    self.dataType = dataType
    self.device = device
  }

  /// The parameters of another module in their own storage, without gradients: a second module over the same weights costs
  /// no memory, and sees whatever becomes of them.
  ///
  /// - Parameter parameters: All that will be asked for.
  public init(sharing parameters: Parameters) {
    origin = .shared(
      Dictionary(zip(parameters.names, parameters.tensors), uniquingKeysWith: { $1 }))
    dataType = parameters.tensors.first?.dataType ?? .float32
    device = parameters.tensors.first?.device ?? .cpu
  }

  /// One parameter.
  ///
  /// - Parameters:
  ///   - name: Its name in the weight file.
  ///   - shape: Its shape.
  ///   - initialization: How it starts where it is not loaded.
  ///   - alternatives: Other names under which files hold it.
  /// - Returns: A tensor with gradients, unless it is shared.
  /// - Throws: `WeightError` if the file lacks it or has another shape.
  public func callAsFunction(
    _ name: String, _ shape: [Int], _ initialization: Initialization, alternatives: [String] = []
  ) throws -> Tensor {
    let parameter =
      try shared(name, shape)
      ?? (load(name, shape, alternatives) ?? draw(name, shape, initialization)).asParameter()
    parameters.append(name, parameter)
    return parameter
  }

  private func shared(_ name: String, _ shape: [Int]) -> Tensor? {
    guard case .shared(let tensors) = origin else { return nil }
    guard let tensor = tensors[name], tensor.shape == shape else {
      preconditionFailure("no parameter \(name) \(shape) in a module that shares its own")
    }
    return tensor.detached()
  }

  /// Refuses a weight file that has a parameter which the model's shape rules out, since the shape is then another model's.
  ///
  /// - Parameters:
  ///   - name: Its name in the weight file.
  ///   - alternatives: Other names under which files hold it.
  /// - Throws: `WeightError.unexpected`.
  public func without(_ name: String, alternatives: [String] = []) throws(WeightError) {
    guard case .file(let file, _, _) = origin,
      let found = ([name] + alternatives).first(where: file.contains)
    else { return }
    throw .unexpected(file: file.path, tensor: found)
  }

  private func load(_ name: String, _ shape: [Int], _ alternatives: [String]) throws -> Tensor? {
    guard case .file(let file, let missing, _) = origin else { return nil }
    guard let found = ([name] + alternatives).first(where: file.contains) else {
      if missing.contains(name) { return nil }
      throw WeightError.missing(file: file.path, tensor: name)
    }
    let stored = try file.shape(of: found)
    guard stored == shape else {
      throw WeightError.shape(file: file.path, tensor: found, stored: stored, expected: shape)
    }
    return try file.tensor(found).cast(to: dataType).moved(to: device)
  }

  private func draw(_ name: String, _ shape: [Int], _ initialization: Initialization) throws
    -> Tensor
  {
    drawn.append(name)
    if case .constant(let value) = initialization {
      return .full(shape, value, dataType: dataType, device: device)
    }
    let generator: Generator
    switch origin {
    case .random(let given), .file(_, _, .some(let given)): generator = given
    case .file(let file, _, .none): throw WeightError.missing(file: file.path, tensor: name)
    case .shared: preconditionFailure("a shared parameter is not drawn")
    }
    let values: Tensor
    switch initialization {
    case .constant(let value): values = .full(shape, value)
    case .normal(let deviation):
      values = generator.normal(shape, standardDeviation: deviation, dataType: .float32)
    case .uniform(let bound): values = generator.uniform(shape, in: -bound..<bound)
    case .orthogonal(let gain):
      precondition(shape.count == 2, "an orthogonal tensor of shape \(shape): only matrices are")
      let matrix = orthogonalMatrix(
        rows: shape[0], columns: shape[1], gain: gain, generator: generator)
      values = Tensor(matrix, shape: shape)
    }
    return try values.cast(to: dataType).moved(to: device)
  }
}

extension Parameters {
  /// The parameters from a place on.
  public func suffix(from index: Int) -> Parameters {
    var rest = Parameters()
    for place in index..<count { rest.append(names[place], tensors[place]) }
    return rest
  }
}

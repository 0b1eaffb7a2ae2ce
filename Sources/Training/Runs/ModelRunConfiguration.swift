public import LanguageModels
public import Torch

/// What a run that trains a language model is made of: a task of its own, and settings that all such runs have.
///
/// Both are written side by side, with no section between them, and read as if they were one.
@dynamicMemberLookup
public struct ModelRunConfiguration<Task: RunTask>: Codable, Equatable, Sendable {
  /// What this kind of run does.
  public var task: Task
  /// What all kinds have.
  public var settings = ModelRunSettings()

  /// A task, with the settings' defaults.
  public init(_ task: Task) { self.task = task }

  /// Defaults.
  public init() { self.init(Task()) }

  /// Reads task and settings from one place.
  ///
  /// - Parameter decoder: Where they stand side by side.
  /// - Throws: What a value is not.
  public init(from decoder: any Decoder) throws {
    task = try Task(from: decoder)
    settings = try ModelRunSettings(from: decoder)
  }

  /// Writes task and settings into one place.
  ///
  /// - Parameter encoder: Where they shall stand side by side.
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    try task.encode(to: encoder)
    try settings.encode(to: encoder)
  }

  /// A part of the task.
  public subscript<Value>(dynamicMember path: WritableKeyPath<Task, Value>) -> Value {
    get { task[keyPath: path] }
    set { task[keyPath: path] = newValue }
  }

  /// One of the settings.
  public subscript<Value>(dynamicMember path: WritableKeyPath<ModelRunSettings, Value>) -> Value {
    get { settings[keyPath: path] }
    set { settings[keyPath: path] = newValue }
  }
}

/// What one kind of run does, as its configuration says it.
public protocol RunTask: Codable, Equatable, Sendable {
  /// Defaults.
  init()
}

/// What all runs that train a language model have.
public struct ModelRunSettings: Codable, Equatable, Sendable {
  /// Whether an adapter is trained instead of all weights.
  public var lora = AdapterChoice()
  /// How passes are computed: precision and memory.
  public var computation = Computation()
  /// Where models live and are trained: `cpu`, `cuda`, `cuda:N` or `mps`.
  public var device = "cpu"
  /// When checkpoints are written, and which of them stay.
  public var checkpoints = CheckpointSettings()
  /// Where what is trained goes; nil puts it into the run folder.
  public var output: String?
  /// The type weights are stored in.
  public var storedType = DataType.float32
  /// Decides every random draw of the run.
  public var seed: UInt64 = 0

  enum CodingKeys: String, CodingKey {
    case lora
    case computation = "compute"
    case device, checkpoints, output
    case storedType = "stored_type"
    case seed
  }

  /// Defaults.
  public init() {}
}

public import Foundation

/// What made a run, apart from its configuration: enough to make it again.
///
/// Nothing here names the machine, its user or a path on it, so two machines that do the same write
/// the same manifest, but for the date.
public struct RunManifest: Codable, Hashable, Sendable {
  /// One start of the program.
  public struct Start: Codable, Hashable, Sendable {
    /// The words of the command line, the program's name without its folder first.
    public var commandLine: [String]
    /// When it began.
    public var date: Date

    /// Creates a start.
    public init(commandLine: [String], date: Date = Date()) {
      var words = commandLine
      if let program = words.first {
        words[0] = URL(fileURLWithPath: program).lastPathComponent
      }
      self.commandLine = words
      self.date = date
    }
  }

  /// The seed that every random draw comes from.
  public var seed: UInt64
  /// Versions by name, such as `rein`, `swift`, `libtorch`, `commit`.
  public var versions: [String: String]
  /// How many steps the run has; nil where nobody said.
  public var steps: Int?
  /// The first start, and one more for each time that the run was resumed.
  public var starts: [Start]

  /// Creates the manifest of a new run.
  public init(
    commandLine: [String], seed: UInt64, versions: [String: String], steps: Int? = nil,
    date: Date = Date()
  ) {
    self.seed = seed
    self.steps = steps
    self.versions = versions
    starts = [Start(commandLine: commandLine, date: date)]
  }
}

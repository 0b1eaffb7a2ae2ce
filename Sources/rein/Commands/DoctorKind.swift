import ArgumentParser
import Training

/// The kinds of runs that the doctor knows, by their subcommands.
enum DoctorKind: String, CaseIterable, ExpressibleByArgument {
  case ppo, sft, reward, dpo

  /// The kind of run that a configuration is of, by its keys.
  ///
  /// - Parameter words: `[FILE] [--key value]...`.
  /// - Returns: The kind.
  /// - Throws: `TrainingError.configuration` where its keys are those of several kinds.
  static func found(in words: [String]) throws -> DoctorKind {
    let unknown = try allCases.map { try ConfigurationReader.unknownCount(in: words, of: $0.keys) }
    let fitting = zip(allCases, unknown).filter { $0.1 == unknown.min() }.map { $0.0.rawValue }
    guard fitting.count == 1, let kind = DoctorKind(rawValue: fitting[0]) else {
      throw TrainingError.configuration(
        key: "kind",
        reason:
          "the settings may be those of \(fitting.joined(separator: ", ")): say which, such as --kind \(fitting[0])"
      )
    }
    return kind
  }

  /// What the doctor finds in a configuration.
  ///
  /// - Parameter words: `[FILE] [--key value]...`.
  /// - Returns: A finding for every check.
  /// - Throws: What a run would throw before its first step.
  func findings(_ words: [String]) throws -> [Finding] {
    switch self {
    case .ppo: try PolicyScene(read(words)).findings()
    case .sft: try RowScene(read(words) as SupervisedRun.Configuration).findings()
    case .reward: try RowScene(read(words) as RewardRun.Configuration).findings()
    case .dpo: try RowScene(read(words) as PreferenceRun.Configuration).findings()
    }
  }

  private func read<Configuration: RunConfiguration>(_ words: [String]) throws -> Configuration {
    try ConfigurationReader.read(Configuration.self, from: words).configuration
  }

  private var keys: [String] {
    switch self {
    case .ppo: PolicyRun.Configuration.keys
    case .sft: SupervisedRun.Configuration.keys
    case .reward: RewardRun.Configuration.keys
    case .dpo: PreferenceRun.Configuration.keys
    }
  }
}

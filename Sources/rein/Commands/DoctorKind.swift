import ArgumentParser
import Foundation
import Training

/// The kinds of runs that the doctor knows, by their subcommands.
enum DoctorKind: String, CaseIterable, ExpressibleByArgument {
  case ppo, sft, reward, dpo, tokens
  case bestOfN = "best-of-n"

  /// The kind of run that a configuration is of, by its keys.
  ///
  /// - Parameter words: `[FILE] [--key value]...`.
  /// - Returns: The kind.
  /// - Throws: `TrainingError.configuration` where its keys are those of several kinds.
  static func found(in words: [String]) throws -> DoctorKind {
    let unknown = try allCases.map { try ConfigurationReader.unknownCount(in: words, of: $0.keys) }
    var fitting = zip(allCases, unknown).filter { $0.1 == unknown.min() }.map(\.0)
    // Keys that both have are asked about in the same way.
    if fitting.contains(.ppo) { fitting.removeAll { $0 == .bestOfN } }
    // So are those of preferences and of marks, and the rows say which they are.
    if fitting == [.dpo, .tokens] { fitting = [try hasMarks(words) ? .tokens : .dpo] }
    guard fitting.count == 1, let kind = fitting.first else {
      throw TrainingError.configuration(
        key: "kind",
        reason:
          "the settings may be those of \(fitting.map(\.rawValue).joined(separator: ", ")): say which, such as --kind \(fitting[0].rawValue)"
      )
    }
    return kind
  }

  // Whether the first row that is learned from has marks.
  private static func hasMarks(_ words: [String]) throws -> Bool {
    let settings = try ConfigurationReader.read(TokenRun.Configuration.self, from: words)
    guard let file = settings.configuration.train.first else { return false }
    let data = (try? Data(contentsOf: URL(fileURLWithPath: file), options: .alwaysMapped)) ?? Data()
    let line = data.prefix { $0 != UInt8(ascii: "\n") }
    let row = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
    return row?["marks"] != nil
  }

  /// What the doctor finds in a configuration.
  ///
  /// - Parameter words: `[FILE] [--key value]...`.
  /// - Returns: A finding for every check.
  /// - Throws: What a run would throw before its first step.
  func findings(_ words: [String]) throws -> [Finding] {
    switch self {
    case .ppo: try PolicyScene(read(words) as PolicyRun.Configuration).findings()
    case .sft: try RowScene(read(words) as SupervisedRun.Configuration).findings()
    case .reward: try RowScene(read(words) as RewardRun.Configuration).findings()
    case .dpo: try RowScene(read(words) as PreferenceRun.Configuration).findings()
    case .tokens: try RowScene(read(words) as TokenRun.Configuration).findings()
    case .bestOfN: try PolicyScene(read(words) as BestOfNRun.Configuration).findings()
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
    case .tokens: TokenRun.Configuration.keys
    case .bestOfN: BestOfNRun.Configuration.keys
    }
  }
}

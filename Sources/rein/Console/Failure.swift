import ArgumentParser
import Feedback
import Files
import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import Tokenization
import Torch
import Training

/// Errors as people and scripts see them: one sentence on standard error, and an exit code.
enum Failure {
  /// Whose mistake it was.
  enum Blame: Int32 {
    /// The disk, memory, a device, a reward that broke.
    case world = 1
    /// Arguments, configuration, input files.
    case input = 2
  }

  static func exit(_ error: any Error) -> Never {
    if isParsing(error) { exitParsing(error) }
    Console.complain("rein: error: \(message(of: error))")
    Foundation.exit(blame(for: error).rawValue)
  }

  // Foundation's errors say most when printed as they are, and nothing that a person wants to read.
  private static func message(of error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    let path = error.userInfo[NSFilePathErrorKey] as? String ?? error.url?.path
    return (path.map { "\($0): " } ?? "") + error.localizedDescription
  }

  /// Whose mistake an error is.
  static func blame(for error: any Error) -> Blame {
    switch error {
    case let error as TrainingError:
      switch error {
      case .configuration, .noData: .input
      case .reward, .rewardTokens, .rewardCount, .diverged: .world
      }
    case let error as WeightError:
      if case .unwritable = error { .world } else { .input }
    case let error as FileError: blame(forFile: error)
    case FeedbackError.file(let error): blame(forFile: error)
    case is FeedbackError: .input
    case RunRecordsError.file(let error): blame(forFile: error)
    case is RunRecordsError: .input
    case is ModelFolder.Problem, is ConfigurationProblem, is InputProblem,
      is TokenizerTrainerError, is MetricError, is ChatTemplateError, is CheckpointError:
      .input
    case let error as TokenizerError:
      if case .unwritable = error.problem { .world } else { .input }
    case let error as TensorError:
      if case .device = error { .input } else { .world }
    default: .world
    }
  }

  private static func blame(forFile error: FileError) -> Blame {
    switch error {
    case .unwritable, .unencodable: .world
    default: .input
    }
  }

  private static func isParsing(_ error: any Error) -> Bool {
    error is CleanExit || error is ExitCode || error is ValidationError
      || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
  }

  private static func exitParsing(_ error: any Error) -> Never {
    let code = Rein.exitCode(for: error)
    let message = Rein.fullMessage(for: error)
    if !message.isEmpty {
      if code.isSuccess { Console.print(message) } else { Console.complain(message) }
    }
    // The parser's own code for wrong usage is 64; here every wrong input is 2.
    Foundation.exit(code == .validationFailure ? Blame.input.rawValue : code.rawValue)
  }
}

/// Something wrong with what a person gave, outside configuration files.
struct InputProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

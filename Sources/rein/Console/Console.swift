import Foundation
import Reports
import RunRecords
import Training

/// What a person sees while something works: a progress line and notes on standard error, results on standard output.
final class Console: Sendable {
  private let writer = ProgressWriter()
  private let started = Date()

  /// An observer for runs that shows progress here.
  var observer: RunObserver {
    RunObserver(
      progress: { completed, total, message in
        self.writer.show(
          WorkProgress(
            completed: completed, total: total, started: self.started, message: message))
        if completed == total { self.writer.finish() }
      }, note: { self.note($0) }, isStopRequested: { Interruption.isRequested })
  }

  /// Work whose progress is shown once it has taken two seconds.
  func watching<Result>(
    unit: String = "seeds", _ work: ((_ completed: Int, _ total: Int) -> Void) throws -> Result
  ) rethrows -> Result {
    defer { writer.finish() }
    return try work { completed, total in
      guard Date().timeIntervalSince(self.started) > 2 else { return }
      self.writer.show(
        WorkProgress(completed: completed, total: total, started: self.started, message: unit))
    }
  }

  /// A line that stays.
  func note(_ line: String) {
    writer.finish()
    Console.complain(line)
  }

  /// Colours on a terminal whose owner has not forbidden them.
  static var coloring: TextTable.Coloring {
    isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      ? .ansi : .plain
  }

  /// A line of results.
  static func print(_ line: String) { write(Data("\(line)\n".utf8)) }

  /// Bytes of results; a standard output that takes none (a full disk) ends the program with code 1.
  static func write(_ data: Data) {
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      complain("rein: error: standard output cannot be written: \(error.localizedDescription)")
      Foundation.exit(Failure.Blame.world.rawValue)
    }
  }

  /// All of standard input.
  static func readInput() throws -> Data {
    do {
      return try FileHandle.standardInput.readToEnd() ?? Data()
    } catch {
      throw InputProblem("standard input cannot be read: \(error.localizedDescription)")
    }
  }

  /// A line on standard error; where that is gone too, there is nobody left to tell.
  static func complain(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
  }

  /// One JSON object on one line; numbers that JSON cannot hold become null.
  static func printJSON(_ fields: [String: Any]) throws {
    let data = try JSONSerialization.data(
      withJSONObject: clean(fields), options: [.sortedKeys, .withoutEscapingSlashes])
    Console.print(String(decoding: data, as: UTF8.self))
  }

  private static func clean(_ value: Any) -> Any {
    switch value {
    case let number as Double where !number.isFinite: NSNull()
    case let items as [Any]: items.map(clean)
    case let fields as [String: Any]: fields.mapValues(clean)
    default: value
    }
  }
}

import Foundation
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

  /// A line that stays.
  func note(_ line: String) {
    writer.finish()
    FileHandle.standardError.write(Data("\(line)\n".utf8))
  }

  /// A line of results.
  static func print(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }

  /// One JSON object on one line; numbers that JSON cannot hold become null.
  static func printJSON(_ fields: [String: Any]) throws {
    let clean = fields.mapValues { value -> Any in
      if let number = value as? Double, !number.isFinite { return NSNull() }
      return value
    }
    let data = try JSONSerialization.data(
      withJSONObject: clean, options: [.sortedKeys, .withoutEscapingSlashes])
    Console.print(String(decoding: data, as: UTF8.self))
  }
}

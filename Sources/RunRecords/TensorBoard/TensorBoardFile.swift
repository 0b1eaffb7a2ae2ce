import Files
public import Foundation
import SwiftProtobuf

/// A file of scalars that TensorBoard shows.
///
/// The file is a sequence of TFRecords: length, checksum of the length, message, checksum of the
/// message. Each event is one write, so a crash leaves at most one record cut short, and
/// TensorBoard stops quietly before that.
public final class TensorBoardFile: Sendable {
  /// Where the file is.
  public var url: URL { file.url }
  private let file: AppendingFile

  /// Creates a file in a folder, named after the time so that a resumed run adds another file, which
  /// TensorBoard joins to the first.
  ///
  /// - Throws: ``RunRecordsError``.
  public init(in folder: URL, created: Date = Date()) throws(RunRecordsError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(.unwritable(file: folder.path, reason: "the folder cannot be created"))
    }
    let url = Self.freeURL(in: folder, second: Int(created.timeIntervalSince1970))
    var event = TensorBoardEvent()
    event.wallTime = created.timeIntervalSince1970
    event.fileVersion = "brain.Event:2"
    do throws(FileError) {
      file = try AppendingFile(at: url)
      try file.append(try Self.record(of: event))
    } catch {
      throw .file(error)
    }
  }

  /// Adds one step's values.
  ///
  /// TensorBoard keeps 32 bits of each and shows NaN and infinities as such.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  public func append(_ event: MetricEvent) throws(RunRecordsError) {
    do throws(FileError) {
      try file.append(try Self.record(of: Self.message(of: event)))
    } catch {
      throw .file(error)
    }
  }

  static func message(of event: MetricEvent) -> TensorBoardEvent {
    var message = TensorBoardEvent()
    message.wallTime = event.time.timeIntervalSince1970
    message.step = Int64(event.step)
    let sorted = event.values.sorted { $0.key.name < $1.key.name }
    message.summary.value = sorted.map { metric, number in
      var value = TensorBoardSummary.Value()
      value.tag = metric.name
      value.simpleValue = Float(number)
      return value
    }
    return message
  }

  static func record(of event: TensorBoardEvent) throws(FileError) -> Data {
    let message: Data
    do {
      message = try event.serializedData()
    } catch {
      throw .unencodable(type: "TensorBoardEvent", reason: "\(error)")
    }
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(MaskedCRC.masked(length)) + message
      + littleEndian(MaskedCRC.masked(message))
  }

  private static func littleEndian(_ number: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: number.littleEndian) { Data($0) }
  }

  /// Two files of one second must not be one file with two headers.
  private static func freeURL(in folder: URL, second: Int) -> URL {
    var second = second
    while true {
      let url = folder.appendingPathComponent("events.out.tfevents.\(second).rein")
      guard FileManager.default.fileExists(atPath: url.path) else { return url }
      second += 1
    }
  }
}

import Files

/// Writes what a run reports: metrics and samples, as they come.
///
/// Each record is one write, so a crash loses at most the record being written.
public final class RunRecorder: Sendable {
  /// Where the records go.
  public let folder: RunFolder
  private let events: AppendingFile
  private let samples: AppendingFile
  let tensorBoard: TensorBoardFile?

  /// Whether event files for TensorBoard are written as well.
  public enum TensorBoard: Sendable {
    /// Write them.
    case written
    /// Leave them out.
    case omitted
  }

  /// Opens the files of a run behind what they hold; remains of a last line that a crash cut short
  /// are removed.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  public init(
    in folder: RunFolder, tensorBoard: TensorBoard = .written
  ) throws(RunRecordsError) {
    self.folder = folder
    do throws(FileError) {
      events = try AppendingFile.lines(at: folder.events)
      samples = try AppendingFile.lines(at: folder.samples)
    } catch {
      throw .file(error)
    }
    self.tensorBoard =
      tensorBoard == .written ? try TensorBoardFile(in: folder.tensorBoard) : nil
  }

  /// Writes the metrics of one step.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``; what was written before is still there.
  public func record(_ event: MetricEvent) throws(RunRecordsError) {
    do throws(FileError) {
      try events.append(event.line)
    } catch {
      throw .file(error)
    }
    try tensorBoard?.append(event)
  }

  /// Writes one completion.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``; what was written before is still there.
  public func record(_ sample: Sample) throws(RunRecordsError) {
    do throws(FileError) {
      try samples.append(try JSONLines.line(for: sample))
    } catch {
      throw .file(error)
    }
  }

  /// Waits until the records are on the disk, as before a checkpoint that refers to them.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  public func synchronize() throws(RunRecordsError) {
    do throws(FileError) {
      try events.synchronize()
      try samples.synchronize()
    } catch {
      throw .file(error)
    }
  }
}

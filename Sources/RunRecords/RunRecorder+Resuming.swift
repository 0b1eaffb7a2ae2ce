import Files
import Foundation

extension RunRecorder {
  /// Opens the files of a run that goes on after a step: what was recorded after it will be recorded again, and is removed.
  ///
  /// TensorBoard's events are written anew from the metrics that are left, so that no step is there twice.
  ///
  /// - Parameters:
  ///   - folder: The run.
  ///   - step: The last step that counts.
  /// - Returns: A recorder behind that step.
  /// - Throws: ``RunRecordsError/file(_:)``.
  public static func resuming(
    _ folder: RunFolder, after step: Int
  ) throws(RunRecordsError) -> RunRecorder {
    for file in [folder.events, folder.samples] { try keep(through: step, in: file) }
    let events = try folder.readEvents()
    if FileManager.default.fileExists(atPath: folder.tensorBoard.path) {
      do {
        try FileManager.default.removeItem(at: folder.tensorBoard)
      } catch {
        throw .file(.unwritable(file: folder.tensorBoard.path, reason: "it cannot be removed"))
      }
    }
    let recorder = try RunRecorder(in: folder)
    for event in events { try recorder.tensorBoard?.append(event) }
    return recorder
  }

  private struct Stepped: Decodable {
    var step: Int
  }

  // The lines stay as they are, byte for byte.
  private static func keep(through step: Int, in file: URL) throws(RunRecordsError) {
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    guard let contents = try? Data(contentsOf: file) else {
      throw .file(.unreadable(file: file.path, reason: "it cannot be read"))
    }
    let decoder = JSONDecoder()
    let kept = contents.split(separator: UInt8(ascii: "\n")).filter { line in
      // A last line that a crash cut short says no step.
      (try? decoder.decode(Stepped.self, from: line)).map { $0.step <= step } ?? false
    }
    do throws(FileError) {
      try AtomicFile.write(Data(kept.flatMap { $0 + [UInt8(ascii: "\n")] }), to: file)
    } catch {
      throw .file(error)
    }
  }
}

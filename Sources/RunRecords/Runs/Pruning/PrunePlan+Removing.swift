import Files
import Foundation

extension PrunePlan {
  /// Removes what the plan names; a run that somebody has begun to write since then is left alone.
  ///
  /// - Returns: What was removed.
  /// - Throws: ``RunRecordsError/file(_:)`` with what cannot be removed; what came before it is gone.
  public func remove() throws(RunRecordsError) -> [Removal] {
    var done: [Removal] = []
    for removal in removals {
      do {
        if try removal.run.withoutWriter({ try removal.carryOut() }) != nil {
          done.append(removal)
        }
      } catch let error as RunRecordsError {
        throw error
      } catch {
        throw .file(.unwritable(file: removal.url.path, reason: "it cannot be removed"))
      }
    }
    return done
  }
}

extension PrunePlan.Removal {
  fileprivate func carryOut() throws(RunRecordsError) {
    switch part {
    case .checkpoint: try remove(url)
    case .run:
      for item in run.writtenItems { try remove(item) }
      // Files that no run writes stay, and their folder with them.
      _ = rmdir(run.url.path)
    }
  }

  private func remove(_ url: URL) throws(RunRecordsError) {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      throw .file(.unwritable(file: url.path, reason: "it cannot be removed"))
    }
  }
}

extension RunFolder {
  /// What a run writes, as far as it is there; the manifest last, so that until then the folder counts as a run.
  var writtenItems: [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let numbered = names.filter { $0.wholeMatch(of: /configuration-[0-9]+\.yaml/) != nil }
    let known = [events, samples, checkpoints, tensorBoard, model, report, configuration]
    return
      (known + numbered.sorted().map { url.appendingPathComponent($0) }
      + [url.appendingPathComponent(RunLock.fileName), manifest])
      .filter { FileKind(of: $0) != .nothing }
  }
}

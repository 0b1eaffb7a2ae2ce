import Files
public import Foundation

/// Finds the runs in and below a folder, by their `manifest.json`.
public struct RunSearch: Sendable {
  /// What to do with symbolic links to folders.
  public enum Links: Sendable {
    /// Go in; a folder that was seen is not entered again, so loops end.
    case followed
    /// Leave them alone: what they lead to may belong to something else.
    case passedOver
  }

  /// How many folders below the first are entered.
  public var depth: Int
  /// What to do with symbolic links.
  public var links: Links

  /// A search.
  public init(depth: Int = 4, links: Links = .followed) {
    self.depth = depth
    self.links = links
  }

  /// The folders that hold a manifest, sound or not, by path.
  ///
  /// Below a sound run nothing is looked for. The folder itself may be a link.
  ///
  /// - Throws: ``RunRecordsError/file(_:)`` where there is no such folder.
  public func folders(in root: URL) throws(RunRecordsError) -> [RunFolder] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .file(.unreadable(file: root.path, reason: "there is no such folder")) }
    var seen: Set<String> = []
    return found(in: root, level: 0, &seen).sorted { $0.url.path < $1.url.path }
  }

  private func found(in url: URL, level: Int, _ seen: inout Set<String>) -> [RunFolder] {
    guard seen.insert(url.resolvingSymlinksInPath().path).inserted else { return [] }
    let folder = RunFolder(at: url)
    let holdsManifest = FileManager.default.fileExists(atPath: folder.manifest.path)
    if holdsManifest, (try? folder.readManifest()) != nil { return [folder] }
    var all = holdsManifest ? [folder] : []
    guard level < depth else { return all }
    // A folder that may not be read holds nothing that could be shown.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names.sorted() where !name.hasPrefix(".") {
      let item = url.appendingPathComponent(name)
      guard isEntered(item) else { continue }
      all += found(in: item, level: level + 1, &seen)
    }
    return all
  }

  private func isEntered(_ url: URL) -> Bool {
    switch FileKind(of: url) {
    case .folder: true
    case .link: links == .followed && FileKind(following: url) == .folder
    default: false
    }
  }
}

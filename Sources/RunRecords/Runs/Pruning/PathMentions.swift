import Foundation

/// The paths that a configuration names, read from its text without understanding it.
///
/// It finds too much rather than too little: every value and every word may be a path.
struct PathMentions {
  private let candidates: Set<String>

  init(in text: String) {
    var found: Set<String> = []
    for line in text.split(whereSeparator: \.isNewline) {
      found.formUnion(line.split { " \t,[]{}\"'".contains($0) }.map(String.init))
      // A value may hold spaces.
      for mark in [": ", "- "] {
        guard let start = line.range(of: mark)?.upperBound else { continue }
        let items = line[start...].split { ",[]{}\"'".contains($0) }
        found.formUnion(items.map { $0.trimmingCharacters(in: .whitespaces) })
      }
    }
    candidates = found
  }

  /// Whether a path leads to a folder or into it.
  ///
  /// Paths are taken from the working folder. One with a slash in it also counts where it begins with the last parts of the
  /// folder's path, because the run may have been started elsewhere.
  func lead(into folder: URL) -> Bool {
    let target = folder.resolvingSymlinksInPath().pathComponents
    return candidates.contains { candidate in
      let url = URL(fileURLWithPath: candidate).resolvingSymlinksInPath()
      if url.pathComponents.starts(with: target) { return true }
      guard candidate.contains("/"), !candidate.hasPrefix("/") else { return false }
      let parts = candidate.split(separator: "/").map(String.init).filter { $0 != "." }
      return parts.indices.contains { target.suffix($0 + 1).elementsEqual(parts[...$0]) }
    }
  }
}

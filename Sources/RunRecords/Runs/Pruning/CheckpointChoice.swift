import Foundation

/// Which of a run's checkpoints can go: all but the newest, what is called otherwise than `step-N`, and what links lead to.
struct CheckpointChoice {
  /// How many of the newest stay.
  var kept: Int

  /// The folders `step-N` that can go, oldest first.
  func removable(in checkpoints: URL) -> [URL] {
    // Links, such as `best`, are kept together with what they lead to.
    guard FileKind(of: checkpoints) == .folder else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    let items = names.map { checkpoints.appendingPathComponent($0) }
    let linked = Set(
      items.filter { FileKind(of: $0) == .link }.map { $0.resolvingSymlinksInPath().path })
    let numbered = items.compactMap { item -> (number: Int, item: URL)? in
      guard FileKind(of: item) == .folder,
        let number = CheckpointChoice.number(of: item.lastPathComponent)
      else { return nil }
      return (number, item)
    }.sorted { $0.number < $1.number }
    return numbered.dropLast(max(0, kept)).map(\.item).filter {
      !linked.contains($0.resolvingSymlinksInPath().path)
    }
  }

  /// The step of a checkpoint's name: `step-40` is 40, anything else is no checkpoint.
  static func number(of name: String) -> Int? {
    guard name.hasPrefix("step-") else { return nil }
    let digits = name.dropFirst("step-".count)
    return digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }
}

/// What was wrong with the settings of a monitor.
public enum MonitorError: Error, Hashable, Sendable {
  /// A name that nothing has, of a kind such as "meter" or "setting", and the nearest one that something has.
  case unknownName(kind: String, name: String, nearest: String)
  /// A setting outside its range.
  case wrongValue(setting: String, reason: String)

  /// The error of a name that is not among those known.
  static func unknown(_ kind: String, _ name: String, among names: [String]) -> MonitorError {
    let nearest = names.min { editDistance(name, $0) < editDistance(name, $1) }
    return .unknownName(kind: kind, name: name, nearest: nearest ?? "")
  }
}

extension MonitorError: CustomStringConvertible {
  /// The error in one sentence, with what to do about it.
  public var description: String {
    switch self {
    case .unknownName(let kind, let name, let nearest):
      "there is no \(kind) '\(name)'; the nearest is '\(nearest)'"
    case .wrongValue(let setting, let reason):
      "'\(setting)' \(reason)"
    }
  }
}

/// The fewest insertions, deletions and substitutions that turn one word into another (Levenshtein, 1966).
private func editDistance(_ first: String, _ second: String) -> Int {
  let letters = Array(second)
  var row = Array(0...letters.count)
  for (index, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (place, other) in letters.enumerated() {
      let above = row[place + 1]
      row[place + 1] = min(diagonal + (letter == other ? 0 : 1), min(above, row[place]) + 1)
      diagonal = above
    }
  }
  return row[letters.count]
}

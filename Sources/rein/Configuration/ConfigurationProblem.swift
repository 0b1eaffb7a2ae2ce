/// What is wrong with a configuration file or a flag.
enum ConfigurationProblem: Error, Equatable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case malformed(file: String, line: Int, reason: String)
  case unknownKey(place: String, key: String, nearest: String?)
  case section(flag: String, keys: [String])
  case ambiguousFlag(flag: String, keys: [String])
  case wrongValue(place: String, key: String, reason: String)
  case missingValue(flag: String)
  case unexpected(word: String)

  var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .malformed(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .unknownKey(let place, let key, let nearest):
      "\(place): unknown key '\(key)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .section(let flag, let keys):
      "--\(flag) names a section; a flag names one of its keys: "
        + keys.map { "--\($0)" }.joined(separator: ", ")
    case .ambiguousFlag(let flag, let keys):
      "--\(flag) could be " + keys.map { "--\($0)" }.joined(separator: " or ")
    case .wrongValue(let place, let key, let reason):
      place == "--\(key)" ? "\(place): \(reason)" : "\(place): key '\(key)': \(reason)"
    case .missingValue(let flag): "--\(flag) needs a value"
    case .unexpected(let word):
      "'\(word)' is neither a flag nor the configuration file, which stands first"
    }
  }
}

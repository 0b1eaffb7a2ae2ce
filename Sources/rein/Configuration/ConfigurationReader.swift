import Foundation
import Yams

/// Reads a configuration from the words after a command: first perhaps a YAML file, then flags that win over it.
enum ConfigurationReader {
  /// A configuration, resolved.
  struct Resolved<Configuration: RunConfiguration> {
    /// The values.
    var configuration: Configuration
    /// The same as YAML with every key, for the run folder.
    var text: String
  }

  /// Reads a configuration.
  ///
  /// - Parameters:
  ///   - type: What to read.
  ///   - words: `[FILE] [--key value]...`; `--key=value` works too.
  ///   - assumed: Keys with values that hold where nothing else is said.
  /// - Returns: The resolved configuration.
  /// - Throws: `ConfigurationProblem` with file and line, or flag.
  static func read<Configuration: RunConfiguration>(
    _ type: Configuration.Type, from words: [String], assuming assumed: [String: String] = [:]
  ) throws -> Resolved<Configuration> {
    var words = words[...]
    var given = Node.Mapping(assumed.map { (Node($0.key), Node($0.value)) })
    var places: [String: String] = [:]
    if let file = words.first, !file.hasPrefix("-") {
      words = words.dropFirst()
      let found = ConfigurationTree.expanded(try tree(of: file))
      given = ConfigurationTree.overlay(found, over: given)
      for (path, line) in ConfigurationTree.leaves(of: found) {
        places[path] = "\(file), line \(line)"
        try check(path, Configuration.keys, place: "\(file), line \(line)")
      }
    }
    while let word = words.first {
      words = words.dropFirst()
      let (path, value) = try flag(word, &words, Configuration.keys)
      ConfigurationTree.set(value, at: path.split(separator: "."), in: &given)
      places[path] = "--\(path)"
    }
    let defaults: Configuration
    do {
      defaults = try Configuration.defaults(for: given)
    } catch let error as DecodingError {
      throw problem(error, in: type, places)
    } catch ConfigurationProblem.wrongValue(_, let key, let reason) {
      throw ConfigurationProblem.wrongValue(
        place: places[key] ?? "configuration", key: key, reason: reason)
    }
    let below = try ConfigurationTree.encode(defaults)
    for path in places.keys {
      if let fitting = fitted(Configuration.self, path, in: given, over: below) {
        ConfigurationTree.set(fitting, at: path.split(separator: "."), in: &given)
      }
    }
    let merged = ConfigurationTree.overlay(given, over: below)
    do {
      let configuration = try YAMLDecoder().decode(Configuration.self, from: .mapping(merged))
      return Resolved(configuration: configuration, text: try text(of: configuration))
    } catch let error as DecodingError {
      throw problem(error, in: type, places)
    }
  }

  /// The keys by which one configuration differs from another, with both values as text.
  static func changes<Configuration: RunConfiguration>(
    from before: Resolved<Configuration>, to after: Resolved<Configuration>
  ) throws -> [(key: String, before: String, after: String)] {
    let trees = try [before, after].map { try ConfigurationTree.encode($0.configuration) }
    return Configuration.keys.compactMap { key in
      let texts = trees.map {
        ConfigurationTree.value(at: key, in: $0).map(ConfigurationTree.text) ?? "none"
      }
      return texts[0] == texts[1] ? nil : (key, texts[0], texts[1])
    }
  }

  // Every key, those without a value too: a default must not come back when the text is read again.
  private static func text<Configuration: RunConfiguration>(of configuration: Configuration) throws
    -> String
  {
    var tree = try ConfigurationTree.encode(configuration)
    for key in Configuration.keys where ConfigurationTree.value(at: key, in: tree) == nil {
      ConfigurationTree.set(ConfigurationTree.null, at: key.split(separator: "."), in: &tree)
    }
    return try ConfigurationTree.yaml(tree)
  }

  // What a person means by a value: `none` is null where a key may have no value, and one file is a list of one file.
  private static func fitted<Configuration: RunConfiguration>(
    _ type: Configuration.Type, _ path: String, in given: Node.Mapping, over defaults: Node.Mapping
  ) -> Node? {
    guard let value = ConfigurationTree.value(at: path, in: given), let scalar = value.scalar
    else { return nil }
    let isList = ConfigurationTree.value(at: path, in: defaults)?.sequence != nil
    if isList && ["", "none"].contains(scalar.string) { return .sequence(Node.Sequence([])) }
    if scalar.string == "none" {
      var tree = defaults
      ConfigurationTree.set(ConfigurationTree.null, at: path.split(separator: "."), in: &tree)
      // Only an optional takes null, and then the key is absent when written again.
      guard let found = try? YAMLDecoder().decode(Configuration.self, from: .mapping(tree)),
        let written = try? ConfigurationTree.encode(found),
        ConfigurationTree.value(at: path, in: written) == nil
      else { return nil }
      return ConfigurationTree.null
    }
    return isList ? .sequence(Node.Sequence([value])) : nil
  }

  static func tree(of file: String) throws -> Node.Mapping {
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw ConfigurationProblem.unreadable(
        file: file,
        reason: FileManager.default.fileExists(atPath: file)
          ? "it is not UTF-8 text" : "there is no such file")
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { return Node.Mapping([]) }
      guard let mapping = node.mapping else {
        throw ConfigurationProblem.malformed(
          file: file, line: 1, reason: "a configuration is 'key: value' lines")
      }
      return mapping
    } catch let error as YamlError {
      throw ConfigurationProblem.malformed(
        file: file, line: error.line, reason: "not valid YAML: \(error.reason)")
    }
  }

  static func check(_ path: String, _ keys: [String], place: String) throws {
    // A whole section may be given as an empty mapping.
    guard !keys.contains(path) && !keys.contains(where: { $0.hasPrefix(path + ".") }) else {
      return
    }
    throw ConfigurationProblem.unknownKey(
      place: place, key: path, nearest: nearestKey(to: path, among: keys))
  }

  // Compared whole, and by last parts, so that a key in the wrong section is found too.
  private static func nearestKey(to path: String, among keys: [String]) -> String? {
    if let whole = nearestName(to: path, among: keys) { return whole }
    let last = { (key: String) in key.split(separator: ".").last.map(String.init) ?? key }
    guard let name = nearestName(to: last(path), among: keys.map(last)) else { return nil }
    return keys.first { last($0) == name }
  }

  static func flag(
    _ word: String, _ rest: inout ArraySlice<String>, _ keys: [String]
  ) throws -> (String, Node) {
    guard word.hasPrefix("--") else { throw ConfigurationProblem.unexpected(word: word) }
    let parts = word.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].replacingOccurrences(of: "-", with: "_")
    let path = try key(named: name, keys)
    let text: String
    if parts.count == 2 {
      text = String(parts[1])
    } else {
      guard let next = rest.first else { throw ConfigurationProblem.missingValue(flag: path) }
      text = next
      rest = rest.dropFirst()
    }
    do {
      return (path, try Yams.compose(yaml: text) ?? Node(""))
    } catch let error as YamlError {
      throw ConfigurationProblem.wrongValue(
        place: "--\(path)", key: path, reason: "not valid YAML: \(error.reason)")
    }
  }

  private static func key(named name: String, _ keys: [String]) throws -> String {
    if keys.contains(name) { return name }
    let ending = keys.filter { $0.hasSuffix(".\(name)") }
    if ending.count == 1 { return ending[0] }
    if ending.count > 1 { throw ConfigurationProblem.ambiguousFlag(flag: name, keys: ending) }
    let inside = keys.filter { ".\($0)".contains(".\(name).") }
    if !inside.isEmpty { throw ConfigurationProblem.section(flag: name, keys: inside) }
    throw ConfigurationProblem.unknownKey(
      place: "--\(name)", key: name, nearest: nearestKey(to: name, among: keys))
  }

  private static func problem<Configuration: RunConfiguration>(
    _ error: DecodingError, in type: Configuration.Type, _ places: [String: String]
  ) -> ConfigurationProblem {
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
      .dataCorrupted(let found):
      context = found
    @unknown default:
      return .wrongValue(place: "configuration", key: "?", reason: "\(error)")
    }
    let path = context.codingPath.filter { $0.intValue == nil }.map(\.stringValue)
      .joined(separator: ".")
    var reason = context.debugDescription
    // An enumeration does not say what it would have taken; the key's meaning does.
    if reason.hasPrefix("Cannot initialize"),
      let value = reason.components(separatedBy: "value ").last,
      let meaning = type.meanings.first(where: { $0.key == path })?.meaning
    {
      reason = "there is no '\(value)'. \(meaning)"
    }
    return .wrongValue(place: places[path] ?? "configuration", key: path, reason: reason)
  }
}

extension YamlError {
  /// The line the parser stopped at, or 0 where it does not say.
  fileprivate var line: Int {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: 0
    }
  }

  /// What the parser says, without the place.
  fileprivate var reason: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _),
      .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let duplicates, _):
      "the key '\(duplicates.first ?? "?")' stands twice"
    default: description
    }
  }
}

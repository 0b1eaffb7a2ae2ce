import Yams

/// A configuration that a YAML file and flags can fill.
protocol RunConfiguration: Codable, Sendable {
  init()
  /// Key paths such as `training.optimizer.lr` with what they mean: the only keys there are.
  static var meanings: [(key: String, meaning: String)] { get }
  /// Defaults that depend on other keys (a preset's).
  static func defaults(for given: Node.Mapping) throws -> Self
}

extension RunConfiguration {
  static func defaults(for given: Node.Mapping) throws -> Self { Self() }

  /// All key paths.
  static var keys: [String] { meanings.map(\.key) }

  /// The keys with their defaults, for `--help`.
  ///
  /// - Parameter assumed: Keys on which defaults depend, such as a preset.
  /// - Returns: The text.
  static func helpText(assuming assumed: [String: String] = [:]) -> String {
    let given = Node.Mapping(assumed.map { (Node($0.key), Node($0.value)) })
    let defaults =
      (try? ConfigurationTree.encode(Self.defaults(for: given))) ?? Node.Mapping([])
    let lines = meanings.map { key, meaning in
      let value =
        ConfigurationTree.value(at: key, in: defaults).map(ConfigurationTree.text) ?? "none"
      return "  --\(key) (default: \(value))\n\(indented(meaning))"
    }
    return """
      Every setting is a key of the YAML file (dots are sections) and a flag; a flag wins. \
      The end of a flag's name is enough where no other ends alike.

      """ + lines.joined(separator: "\n")
  }

  // Help is as wide as the terminal and begins a long line's rest at its very left, so meanings are broken before.
  private static func indented(_ meaning: String) -> String {
    var lines: [String] = []
    for word in meaning.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= 72 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { "        \($0)" }.joined(separator: "\n")
  }
}

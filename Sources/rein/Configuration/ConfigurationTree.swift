import Yams

/// Configurations as trees of YAML nodes.
enum ConfigurationTree {
  /// A value as a tree.
  static func encode(_ value: some Encodable) throws -> Node.Mapping {
    let text = try YAMLEncoder().encode(value)
    return try Yams.compose(yaml: text).map(readable)?.mapping ?? Node.Mapping([])
  }

  /// The encoder writes 1e-1; people write 0.1.
  private static func readable(_ node: Node) -> Node {
    switch node {
    case .scalar(var scalar):
      guard scalar.style == .plain || scalar.style == .any, scalar.string.contains("e"),
        let number = Double(scalar.string)
      else { return node }
      scalar.string = "\(number)"
      return .scalar(scalar)
    case .mapping(let mapping):
      return .mapping(Node.Mapping(mapping.map { ($0.key, readable($0.value)) }))
    case .sequence(let sequence): return .sequence(Node.Sequence(sequence.map(readable)))
    default: return node
    }
  }

  /// A tree as text.
  static func yaml(_ tree: Node.Mapping) throws -> String {
    try Yams.serialize(node: .mapping(tree), width: -1, allowUnicode: true)
  }

  /// What stands for an optional without a value.
  static var null: Node { Node("null", Tag(.null), .plain) }

  /// The node at a key path, if it is there.
  static func value(at path: String, in tree: Node.Mapping) -> Node? {
    var node = Node.mapping(tree)
    for part in path.split(separator: ".") {
      guard let next = node.mapping?[Node(String(part))] else { return nil }
      node = next
    }
    return node
  }

  /// Puts a node at a key path.
  static func set(_ value: Node, at path: [Substring], in tree: inout Node.Mapping) {
    guard let first = path.first else { return }
    let key = Node(String(first))
    if path.count == 1 {
      tree[key] = value
    } else {
      var inner = tree[key]?.mapping ?? Node.Mapping([])
      set(value, at: Array(path.dropFirst()), in: &inner)
      tree[key] = .mapping(inner)
    }
  }

  /// Lays one tree over another: mappings are merged, everything else is replaced.
  static func overlay(_ upper: Node.Mapping, over lower: Node.Mapping) -> Node.Mapping {
    var merged = lower
    for (key, value) in upper {
      if let inner = value.mapping, let below = merged[key]?.mapping {
        merged[key] = .mapping(overlay(inner, over: below))
      } else {
        merged[key] = value
      }
    }
    return merged
  }

  /// A node on one line, for help.
  static func text(_ node: Node) -> String {
    if let scalar = node.scalar { return scalar.string.isEmpty ? "''" : scalar.string }
    if let sequence = node.sequence {
      return "[" + sequence.map(text).joined(separator: ", ") + "]"
    }
    return "{…}"
  }

  /// A tree in which dotted names stand for what they mean: `training.steps: 5` is `steps: 5` in `training`.
  static func expanded(_ tree: Node.Mapping) -> Node.Mapping {
    var result = Node.Mapping([])
    for (key, value) in tree {
      let inner = value.mapping.map { Node.mapping(expanded($0)) } ?? value
      guard let name = key.string, name.contains(".") else {
        result = overlay(Node.Mapping([(key, inner)]), over: result)
        continue
      }
      let parts = name.split(separator: ".").map {
        Node.scalar(Node.Scalar(String($0), .implicit, .any, key.mark))
      }
      let nested = parts.reversed().reduce(inner) { .mapping(Node.Mapping([($1, $0)])) }
      result = overlay(nested.mapping ?? Node.Mapping([]), over: result)
    }
    return result
  }

  /// All key paths of leaves, with where they stand.
  static func leaves(of tree: Node.Mapping, under prefix: String = "") -> [(
    path: String, line: Int
  )] {
    tree.flatMap { key, value -> [(path: String, line: Int)] in
      let path = prefix.isEmpty ? key.string ?? "?" : "\(prefix).\(key.string ?? "?")"
      if let inner = value.mapping, !inner.isEmpty { return leaves(of: inner, under: path) }
      return [(path, key.mark?.line ?? 0)]
    }
  }
}

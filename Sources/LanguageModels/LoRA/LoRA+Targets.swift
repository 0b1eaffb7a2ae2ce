extension LoRA {
  /// Whether a target means a projection: its path, or the end of its path from a dot on.
  static func target(_ target: String, means path: String) -> Bool {
    path == target || path.hasSuffix(".\(target)")
  }

  /// The targets written out, each of which means something in the model.
  func targets(in shape: DecoderConfiguration) throws(Fault) -> [String] {
    let names = shape.family.names
    let short = names.projections(isGated: shape.isGated).map {
      String($0.split(separator: ".")[1])
    }
    if targets.isEmpty { return names.defaultTargets }
    if targets == [LoRA.allTargets] { return Set(short).sorted() }
    let paths = (0..<shape.layerCount).flatMap { layer in
      names.projections(isGated: shape.isGated).map {
        "\(names.trunk)\(names.layers).\(layer).\($0)"
      }
    }
    for target in targets where !paths.contains(where: { LoRA.target(target, means: $0) }) {
      throw Fault(
        choice: .targets,
        reason:
          "'\(target)' is no projection of a \(shape.family.rawValue) model: there are \(Set(short).sorted().joined(separator: ", ")); '\(LoRA.allTargets)', alone, takes all"
      )
    }
    return targets
  }
}

extension WeightNames {
  /// The projections of a block, each by its part of the block and its own name.
  func projections(isGated: Bool) -> [String] {
    let inputs =
      switch attention {
      case .byPart(let name), .byHead(let name): [name]
      case .separate(let queries, let keys, let values): [queries, keys, values]
      }
    return inputs + [attentionOutput] + (isGated ? [gate] : []) + [expansion, contraction]
  }

  /// What PEFT adapts where nobody says what: the projections to queries and values, or to all three where they are one.
  var defaultTargets: [String] {
    let targets =
      switch attention {
      case .byPart(let name), .byHead(let name): [name]
      case .separate(let queries, _, let values): [queries, values]
      }
    return targets.map { String($0.split(separator: ".")[1]) }
  }
}

extension RowChecks {
  /// Rows are there, are not empty, differ and fit.
  static let rows = Check<RowScene>("rows") { scene in
    let texts = scene.rows.map { $0.texts.map(\.tokens) }
    let repeated = 1 - Double(Set(texts).count) / Double(max(1, texts.count))
    // The token that ends a text is an answer of nothing.
    let empty = share(of: scene.rows) { row in
      row.texts.contains { text in
        text.tokens.dropFirst(text.promptCount).allSatisfy(scene.stopTokens.contains)
      }
    }
    let cut = share(of: scene.rows) { $0.texts.contains(where: scene.isFull) }
    let lost =
      Double(scene.leftOutCount) / Double(max(1, scene.leftOutCount + scene.rows.count))
    let measured =
      "\(scene.rows.count) rows; \(repeated.percent) repeat another (bound 10 %), \(empty.percent) are empty (bound 1 %), \(cut.percent) fill all \(scene.longest) tokens and may be cut (bound 10 %), \(lost.percent) were left out for want of room (bound 10 %)"
    var advice: [String] = []
    if repeated > 0.1 { advice.append("take repeated rows out of the files") }
    if empty > 0.01 { advice.append("take rows without an answer out of the files") }
    if cut > 0.1 || lost > 0.1 {
      advice.append("split long rows, or take a model with more positions")
    }
    return advice.isEmpty
      ? .passed(measured) : .warning(measured, advice.joined(separator: "; "))
  }

  /// What is held out is not learned.
  static let heldOut = Check<RowScene>("held-out rows are new") { scene in
    guard !scene.heldOut.isEmpty else { return .skipped("no rows are held out") }
    let known = Set(scene.texts.map(\.tokens))
    let seen = share(of: scene.heldOut) { $0.texts.contains { known.contains($0.tokens) } }
    let measured =
      "\(seen.percent) of \(scene.heldOut.count) held-out rows have a text of the training rows (bound 0)"
    return seen == 0
      ? .passed(measured)
      : .failed(
        measured,
        "held-out numbers would praise what was learned by heart: split the files anew by text")
  }

  /// People prefer one of two, and say the same of the same.
  static let labels = Check<RowScene>("labels") { scene in
    let labels = scene.rows.compactMap(\.label)
    guard labels.allSatisfy(\.isFinite) else {
      return .failed("a label is not a number", "put right `probability` or `ratings`")
    }
    guard scene.rows.first?.texts.count == 2 else { return ratings(labels) }
    let outside = labels.count { !(0...1).contains($0) }
    let even = share(of: labels) { $0 == 0.5 }
    let same = share(of: scene.rows) { $0.texts[0].tokens == $0.texts[1].tokens }
    let reversed = contradictions(scene.rows)
    let measured =
      "\(labels.count) pairs; \(outside) probabilities outside [0, 1] (bound 0), \(even.percent) even (bound 50 %), \(same.percent) of the same text twice (bound 1 %), \(reversed.percent) contradict another (bound 5 %)"
    if outside > 0 { return .failed(measured, "let `probability` be between 0 and 1") }
    var advice: [String] = []
    if even > 0.5 { advice.append("pairs of which neither is preferred teach little") }
    if same > 0.01 { advice.append("pairs of one text teach nothing: take them out") }
    if reversed > 0.05 {
      advice.append("give a pair once, with the share of people as its `probability`")
    }
    return advice.isEmpty
      ? .passed(measured) : .warning(measured, advice.joined(separator: "; "))
  }

  private static func ratings(_ labels: [Double]) -> Verdict {
    guard labels.count > 1 else { return .skipped("there is one rated text only") }
    let moments = Moments(labels)
    let measured =
      "\(labels.count) texts rated \(moments.mean.figures) on average, deviation \(moments.deviation.figures) (bound above 0)"
    return moments.deviation > 0
      ? .passed(measured)
      : .failed(measured, "all texts are rated alike, so there is nothing to tell apart")
  }

  // The share of rows whose pair is elsewhere with the other text preferred.
  private static func contradictions(_ rows: [RowScene.Row]) -> Double {
    var preferred = Set<[[Int]]>()
    for row in rows where row.label != 0.5 {
      let pair = row.texts.map(\.tokens)
      preferred.insert(row.label ?? 1 > 0.5 ? pair : pair.reversed())
    }
    return share(of: rows) { row in
      let pair = row.texts.map(\.tokens)
      return preferred.contains(pair) && preferred.contains(pair.reversed())
    }
  }

  /// Labels do not follow from lengths.
  static let lengths = Check<RowScene>("length and label") { scene in
    let pairs = scene.rows.compactMap { row -> (length: Double, label: Double)? in
      guard let label = row.label, let first = row.texts.first else { return nil }
      guard row.texts.count == 2 else { return (Double(first.answerCount), label) }
      // Both orders of a pair say the same.
      return (Double(first.answerCount - row.texts[1].answerCount), label - 0.5)
    }
    guard pairs.count >= 8 else { return .skipped("there are fewer than 8 labels") }
    guard scene.rows[0].texts.count == 2 else {
      return verdict(correlation(pairs.map(\.length), pairs.map(\.label)), "correlation")
    }
    let decided = pairs.filter { $0.length != 0 && $0.label != 0 }
    guard decided.count >= 8 else { return .skipped("fewer than 8 pairs differ in length") }
    let longer = share(of: decided) { ($0.length > 0) == ($0.label > 0) }
    let difference = Moments(pairs.map { $0.label >= 0 ? $0.length : -$0.length }).mean
    let measured =
      "the preferred answer is the longer one in \(longer.percent) of \(decided.count) pairs of unlike length (bounds 20 and 80 %), by \(difference.figures) tokens on average"
    return (0.2...0.8).contains(longer)
      ? .passed(measured)
      : .warning(measured, lengthAdvice)
  }

  private static let lengthAdvice =
    "length alone gives the label away, and will be what is learned first: add pairs of like length, or watch the length of answers"

  private static func verdict(_ found: Double?, _ name: String) -> Verdict {
    guard let found else { return .skipped("lengths or labels do not differ") }
    let measured = "\(name) \(found.figures) (bounds ±0.6)"
    return abs(found) <= 0.6 ? .passed(measured) : .warning(measured, lengthAdvice)
  }
}

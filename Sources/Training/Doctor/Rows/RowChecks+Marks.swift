import Feedback

extension RowChecks {
  /// Marks are on few tokens, say the same of the same, and leave some tokens as they are.
  static let marks = Check<RowScene>("marks") { scene in
    let marks = scene.marked.flatMap(\.marks)
    let tokens = scene.marked.reduce(0) { $0 + $1.completion.count }
    let bad = marks.count { $0.sign == .bad }
    let marked = Double(marks.count) / Double(max(1, tokens))
    let reversed = contradictions(scene.marked)
    let unmarked = share(of: scene.marked) { $0.marks.isEmpty }
    let measured =
      "\(bad) bad and \(marks.count - bad) good marks on \(marked.percent) of \(tokens) tokens (bound 50 %), \(unmarked.percent) of the rows have none; \(reversed.percent) call a token good after the same words that others call bad (bound 5 %)"
    var advice: [String] = []
    if marked > 0.5 {
      advice.append(
        "where most tokens are marked, little holds the policy to its reference: mark what is wrong, not all of an answer, or compare whole answers with rein dpo"
      )
    }
    if reversed > 0.05 {
      advice.append(
        "raters contradict one another: agree on what is bad, or keep the majority's mark")
    }
    return advice.isEmpty
      ? .passed(measured) : .warning(measured, advice.joined(separator: "; "))
  }

  // The share of marks whose token, after the same tokens, has the other mark elsewhere.
  private static func contradictions(_ examples: [MarkedExample]) -> Double {
    var signs: [[Int]: Set<TextMark.Sign>] = [:]
    var places: [[Int]] = []
    for example in examples {
      for mark in example.marks {
        let place = example.prompt + example.completion.prefix(mark.place + 1)
        signs[place, default: []].insert(mark.sign)
        places.append(place)
      }
    }
    return share(of: places) { signs[$0, default: []].count > 1 }
  }
}

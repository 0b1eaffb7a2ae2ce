import Foundation

/// Which sentences belong together, so that a split must not part them.
enum NearDuplicates {
  /// The text without case, accents and punctuation.
  ///
  /// Two texts are near-duplicates when these are equal. A text without letters and digits (`!`, `:)`) stands for itself.
  static func normalForm(_ text: String) -> String {
    let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    let words = folded.split { !$0.isLetter && !$0.isNumber }
    return words.isEmpty ? text.lowercased() : words.joined(separator: " ")
  }

  /// A group key per sentence: equal for near-duplicates and for sentences of one document, and
  /// hence for everything that a chain of these connects.
  ///
  /// The key is the least normal form in the group, so it does not depend on the order.
  static func groupKeys(of sentences: [RatedSentence]) -> [String] {
    var parents = Array(sentences.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[parents[index]]
        index = parents[index]
      }
      return index
    }
    let normalForms = sentences.map { normalForm($0.text) }
    var firsts: [String: Int] = [:]
    for (index, sentence) in sentences.enumerated() {
      var links = ["text/\(normalForms[index])"]
      if let document = sentence.document {
        links.append("document/\(sentence.domain.rawValue)/\(document)")
      }
      for link in links {
        guard let first = firsts[link] else {
          firsts[link] = index
          continue
        }
        parents[root(index)] = root(first)
      }
    }
    var least: [Int: String] = [:]
    for index in sentences.indices {
      let group = root(index)
      least[group] = min(least[group] ?? normalForms[index], normalForms[index])
    }
    return sentences.indices.map { least[root($0)] ?? normalForms[$0] }
  }
}

import HeapModule

/// The state of learning merges: words as tokens, counts of pairs, and a queue of pairs.
///
/// Counts are kept up to date by what a merge changes. The queue is not: a pair whose count has
/// fallen is found out when it comes up, and queued again with its present count.
struct MergeLearning {
  private struct Pair: Hashable {
    var left: UInt32
    var right: UInt32
  }

  /// A pair to merge, in the words where it occurred when it was queued.
  private struct Candidate: Comparable {
    var count: Int
    var pair: Pair
    /// Index of the list of words in ``wordLists``; makes the order total.
    var list: Int

    static func < (lhs: Candidate, rhs: Candidate) -> Bool {
      if lhs.count != rhs.count { return lhs.count < rhs.count }
      if lhs.pair.left != rhs.pair.left { return lhs.pair.left > rhs.pair.left }
      if lhs.pair.right != rhs.pair.right { return lhs.pair.right > rhs.pair.right }
      return lhs.list > rhs.list
    }
  }

  private(set) var vocabulary: Vocabulary
  private var merges: [BytePairModel.Merge] = []
  private var words: [[UInt32]]
  private let wordCounts: [Int]
  private var pairCounts: [Pair: Int] = [:]
  private var wordLists: [[Int]] = []
  private var queue = Heap<Candidate>()

  /// Counts the pairs of words.
  init(
    words: [(word: ArraySlice<UInt8>, count: Int)], byteIdentifiers: [UInt32],
    vocabulary: Vocabulary
  ) {
    self.vocabulary = vocabulary
    self.words = words.map { $0.word.map { byteIdentifiers[Int($0)] } }
    wordCounts = words.map(\.count)
    var places: [Pair: [Int]] = [:]
    for (index, word) in self.words.enumerated() {
      for (left, right) in zip(word, word.dropFirst()) {
        let pair = Pair(left: left, right: right)
        pairCounts[pair, default: 0] += wordCounts[index]
        Self.note(index, in: &places[pair, default: []])
      }
    }
    enqueue(places)
  }

  /// The merges in order.
  ///
  /// A pair may have been merged again, for words that got it later by another way to the same
  /// token; the last time counts, as in the reference.
  var distinctMerges: [BytePairModel.Merge] {
    var seen: Set<BytePairModel.Merge> = []
    return merges.reversed().filter { seen.insert($0).inserted }.reversed()
  }

  /// Merges until the vocabulary is large enough or no pair is frequent enough.
  mutating func learn(vocabularyCount: Int, minimumFrequency: Int) {
    while vocabulary.count < vocabularyCount, var top = queue.popMax() {
      let count = pairCounts[top.pair, default: 0]
      guard top.count == count else {
        top.count = count
        if count > 0 { queue.insert(top) }
        continue
      }
      guard count >= max(1, minimumFrequency) else { return }
      merge(top.pair, inWords: wordLists[top.list])
      wordLists[top.list] = []
    }
  }

  private mutating func merge(_ pair: Pair, inWords indices: [Int]) {
    let result = identifierOfMerged(pair)
    merges.append(BytePairModel.Merge(left: pair.left, right: pair.right, result: result))
    var places: [Pair: [Int]] = [:]
    for index in indices {
      let count = wordCounts[index]
      Self.replace(pair, with: result, in: &words[index]) { changed, isNew in
        pairCounts[changed, default: 0] += isNew ? count : -count
        if isNew { Self.note(index, in: &places[changed, default: []]) }
      }
    }
    enqueue(places)
  }

  /// The token that a pair becomes: the one that has its text, or else a new one.
  private mutating func identifierOfMerged(_ pair: Pair) -> UInt32 {
    let left = Int(pair.left)
    let right = Int(pair.right)
    let text = (vocabulary.token(of: left) ?? "") + (vocabulary.token(of: right) ?? "")
    if let existing = vocabulary.identifier(of: text) { return UInt32(existing) }
    let identifier = vocabulary.count
    vocabulary.insert(
      text, identifier: identifier,
      bytes: Array(vocabulary.bytes(of: left) + vocabulary.bytes(of: right)))
    return UInt32(identifier)
  }

  /// Replaces a pair from left to right, telling which neighbouring pairs go and come.
  private static func replace(
    _ pair: Pair, with result: UInt32, in word: inout [UInt32],
    change: (_ pair: Pair, _ isNew: Bool) -> Void
  ) {
    var written = 0
    var read = 0
    while read < word.count {
      guard read + 1 < word.count, word[read] == pair.left, word[read + 1] == pair.right else {
        word[written] = word[read]
        written += 1
        read += 1
        continue
      }
      if written > 0 {
        change(Pair(left: word[written - 1], right: pair.left), false)
        change(Pair(left: word[written - 1], right: result), true)
      }
      read += 2
      if read < word.count {
        change(Pair(left: pair.right, right: word[read]), false)
        change(Pair(left: result, right: word[read]), true)
      }
      word[written] = result
      written += 1
    }
    word.removeSubrange(written...)
  }

  private mutating func enqueue(_ places: [Pair: [Int]]) {
    for (pair, list) in places {
      let count = pairCounts[pair, default: 0]
      guard count > 0 else { continue }
      // The number of a list decides only between candidates of one pair, which come from
      // different merges: the order of the dictionary leaves no trace.
      queue.insert(Candidate(count: count, pair: pair, list: wordLists.count))
      wordLists.append(list)
    }
  }

  /// Adds a word to a list in which it may be last already.
  private static func note(_ word: Int, in list: inout [Int]) {
    if list.last != word { list.append(word) }
  }
}

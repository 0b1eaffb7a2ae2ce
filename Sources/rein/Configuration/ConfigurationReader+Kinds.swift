extension ConfigurationReader {
  /// How many of the keys in a configuration are none of some.
  ///
  /// - Parameters:
  ///   - words: `[FILE] [--key value]...`.
  ///   - keys: All keys of one kind of run.
  /// - Returns: The number.
  /// - Throws: `ConfigurationProblem` where the file cannot be read.
  static func unknownCount(in words: [String], of keys: [String]) throws -> Int {
    var (words, count) = (words[...], 0)
    if let file = words.first, !file.hasPrefix("-") {
      words = words.dropFirst()
      let found = ConfigurationTree.expanded(try tree(of: file))
      count += ConfigurationTree.leaves(of: found).count { path, line in
        (try? check(path, keys, place: "\(file), line \(line)")) == nil
      }
    }
    while let word = words.first {
      words = words.dropFirst()
      do {
        _ = try flag(word, &words, keys)
      } catch ConfigurationProblem.unknownKey {
        count += 1
        if !word.contains("=") { words = words.dropFirst() }
      } catch {
        // What else is wrong with it is told when it is read.
      }
    }
    return count
  }
}

import ArgumentParser

/// What experiments over seeds have in common.
struct SeedOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "How many seeds (0, 1, …) draw actions; none is 50, 1000 for wireheading, 5 for pessimism.")
  var seeds: Int?

  @Flag(help: "Print one JSON object per line.")
  var json = false

  /// The number of seeds.
  ///
  /// - Throws: `InputProblem` for fewer than one, or for more than anybody would wait for.
  func count(default standard: Int) throws -> Int {
    let count = seeds ?? standard
    guard (1...100_000).contains(count) else {
      throw InputProblem("--seeds: \(count) is not a whole number from 1 to 100000")
    }
    return count
  }
}

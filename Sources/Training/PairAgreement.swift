import Torch

/// Whether two judges agree about pairs.
public enum PairAgreement {
  /// 1 where both signs are equal, ½ where either is zero, else 0.
  ///
  /// - Parameters:
  ///   - first: One judge's margin.
  ///   - second: The other judge's margin.
  /// - Returns: The agreement.
  public static func score(_ first: Double, _ second: Double) -> Double {
    first == 0 || second == 0 ? 0.5 : (first > 0) == (second > 0) ? 1 : 0
  }

  /// The share of random pairs of texts on which two judges agree, ties half.
  ///
  /// - Parameters:
  ///   - scores: One judge's scores.
  ///   - marks: The other judge's.
  ///   - pairCount: How many pairs to draw.
  ///   - seed: Decides the pairs.
  /// - Returns: The share.
  public static func accuracy(
    _ scores: [Double], _ marks: [Double], pairCount: Int = 200_000, seed: UInt64 = 0
  )
    -> Double
  {
    precondition(scores.count == marks.count && scores.count > 1, "two judges of the same texts")
    let generator = Generator(seed: seed, purpose: "pairs")
    let count = Double(scores.count)
    let first = generator.uniform([pairCount], in: 0..<count, dataType: .float64).doubles
    let second = generator.uniform([pairCount], in: 0..<count, dataType: .float64).doubles
    var (agreement, pairs) = (0.0, 0)
    for (left, right) in zip(first, second) where Int(left) != Int(right) {
      agreement += score(
        scores[Int(left)] - scores[Int(right)], marks[Int(left)] - marks[Int(right)])
      pairs += 1
    }
    return agreement / Double(max(1, pairs))
  }
}

import LanguageModels
import TensorTestSupport
import Testing

@testable import Rewards

@Suite struct `A reward ensemble` {
  typealias Combination = RewardEnsemble.Combination
  private let answers = [Reading.answer("a"), Reading.answer("b")]

  private func scores(
    _ members: [[Double]], _ combination: Combination, penalty: Double = 1
  ) throws -> [Double] {
    try RewardEnsemble(members.map(Fixed.init), combination: combination, penalty: penalty)
      .scores(answers)
  }

  // 1, 2, 6: mean 3, squares 4 + 1 + 9 = 14 over three members; −1, −1, −1 agree.
  static let variance = 14.0 / 3
  static let expected: [Combination: Double] = [
    .mean: 3, .worst: 1, .meanMinusDeviation: 3 - 0.5 * variance.squareRoot(),
    .meanMinusVariance: 3 - 0.5 * variance,
  ]

  @Test(arguments: Combination.allCases) func `combines as its name says`(
    combination: Combination
  ) throws {
    let found = try scores([[1, -1], [2, -1], [6, -1]], combination, penalty: 0.5)
    expectEqual(found[0], try #require(Self.expected[combination]), tolerance: 1e-12)
    expectEqual(found[1], -1, tolerance: 1e-12)
  }

  @Test func `remarks how far its members disagree`() throws {
    let grades = try RewardEnsemble([[1, -1], [2, -1], [6, -1]].map(Fixed.init)).grades(answers)
    let disagreement = grades.compactMap { $0.remarks["disagreement"] }
    expectEqual(disagreement[0], (14.0 / 3).squareRoot(), tolerance: 1e-12)
    #expect(disagreement[1] == 0)
  }

  @Test func `never thinks better of the worst case for one member more`() {
    let noise = SeededNumbers(seed: 1)
    for count in 1...6 {
      for _ in 0..<50 {
        let members = noise.draw(count + 1)
        let (less, more) = (Array(members.dropLast()), members)
        let worst = { RewardEnsemble.combined($0, .worst, penalty: 1) }
        #expect(worst(more) <= worst(less))
        for combination in Combination.allCases {
          let combined = { RewardEnsemble.combined($0, combination, penalty: 0.7) }
          let whole = combined(members)
          // Order does not matter, a shift of all is a shift, and nothing is between worst and best but what is.
          expectEqual(combined(members.reversed()), whole, tolerance: 1e-12)
          expectEqual(combined(members.map { $0 + 3 }), whole + 3, tolerance: 1e-12)
          #expect(whole <= combinedMean(members) + 1e-12)
          expectEqual(combined(Array(repeating: 2, count: count)), 2, tolerance: 1e-12)
        }
        expectEqual(
          RewardEnsemble.combined(members, .meanMinusDeviation, penalty: 0), combinedMean(members),
          tolerance: 1e-12)
      }
    }
  }

  private func combinedMean(_ members: [Double]) -> Double {
    RewardEnsemble.combined(members, .mean, penalty: 0)
  }

  @Test(arguments: Combination.allCases, [0, 1, 2])
  func `hides no member that is not a number`(combination: Combination, place: Int) throws {
    var members = [[1.0, 1], [2, 2], [3, 3]]
    members[place][0] = .nan
    let found = try scores(members, combination)
    #expect(found[0].isNaN && !found[1].isNaN)
  }
}

/// Numbers between −5 and 5 from a seed.
private final class SeededNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  func draw(_ count: Int) -> [Double] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53 * 10 - 5
    }
  }
}

import Foundation
import LanguageModels
import Rewards
import Synchronization
import Testing

/// Somebody who waits for others to come.
private final class Meeting: Sendable {
  private let arrived = Atomic(0)
  private let size: Int

  init(of size: Int) { self.size = size }

  /// Whether all came while one was waiting.
  func isComplete() -> Bool {
    arrived.add(1, ordering: .relaxed)
    let deadline = ContinuousClock.now + .seconds(20)
    while arrived.load(ordering: .relaxed) < size {
      guard ContinuousClock.now < deadline else { return false }
      Thread.sleep(forTimeInterval: 0.001)
    }
    return true
  }
}

@Suite struct `A grade` {
  @Test func `pays its score at the last token, with what that token earned`() {
    let dense = Grade(2, tokens: [0.5, 0, -1])
    #expect(dense.payments(count: 3) == [0.5, 0, 1])
    #expect(dense.total == 1.5 && dense.atEnd == 1)
    #expect(Grade(2).payments(count: 3) == [0, 0, 2])
    #expect(Grade(2).payments(count: 1) == [2] && Grade(2).total == 2 && Grade(2).atEnd == 2)
  }

  @Test(arguments: [0.1, -3, 1e-300, 1.0 / 3]) func `of the last token alone is a score`(x: Double)
  {
    let (dense, scalar) = (Grade(0, tokens: [0, 0, x]), Grade(x))
    #expect(dense.payments(count: 3) == scalar.payments(count: 3))
    #expect(dense.total == scalar.total && dense.atEnd == scalar.atEnd)
  }
}

@Suite struct `A sum of rewards` {
  let answers = ["a", "bb", "a", "ccc"].map { Reading.answer($0) }

  @Test func `adds scores and tokens with their weights, and keeps the parts`() throws {
    let sum = RewardSum([
      .init("length", weight: 2, EachGrade { Grade(Double($0.tokens.count)) }),
      .init(
        "dense", weight: -0.5,
        EachGrade { Grade(4, tokens: $0.tokens.map { Double($0 % 3) }, remarks: ["doubt": 7]) }),
      .init("also", EachGrade { Grade(0, tokens: $0.tokens.map { _ in 1 }) }),
    ])
    let grades = try sum.grades(answers)
    // a is 97, the end is 0: 2·2 − 0.5·4 at the end; −0.5·(97 mod 3) + 1 = 0.5 and 1 at the tokens.
    let first = try #require(grades.first)
    #expect(first.score == 2 && first.tokens == [0.5, 1] && first.total == 3.5)
    #expect(
      first.parts == [
        .init(name: "length", weight: 2, value: 2), .init(name: "dense", weight: -0.5, value: 5),
        .init(name: "also", weight: 1, value: 2),
      ])
    #expect(first.parts.map(\.contribution).reduce(0, +) == first.total)
    #expect(first.remarks == ["dense_doubt": 7])
    #expect(grades[2] == first && grades[1].total != first.total)
  }

  @Test func `of one reward is that reward`() throws {
    let dense = EachGrade { Grade(0.1, tokens: $0.tokens.map { Double($0) / 7 }) }
    let (sum, alone) = (
      try RewardSum([.init("x", dense)]).grades(answers), try dense.grades(answers)
    )
    #expect(zip(sum, alone).allSatisfy { $0.score == $1.score && $0.tokens == $1.tokens })
  }

  @Test func `judges equal completions of equal prompts once, others each`() throws {
    let asked = Mutex<[Completion]>([])
    let sum = RewardSum([
      .init(
        "x",
        EachGrade { completion in
          asked.withLock { $0.append(completion) }
          return Grade(Double(completion.prompt.count + completion.tokens.count))
        })
    ])
    let batch = answers + [Reading.answer("a", to: "q"), Reading.cut("a")]
    #expect(try sum.scores(batch) == [4, 5, 4, 6, 3, 3])
    #expect(asked.withLock(\.self) == [batch[0], batch[1], batch[3], batch[4], batch[5]])
  }

  @Test func `waits for all parts at the same time that wait, and computes meanwhile`() throws {
    let meeting = Meeting(of: 3)
    let meet = { @Sendable (_: Completion) in Grade(meeting.isComplete() ? 1 : 0) }
    let sum = RewardSum([
      .init("a", EachGrade(waits: true, grade: meet)), .init("b", EachGrade(grade: meet)),
      .init("c", weight: 10, EachGrade(waits: true, grade: meet)),
    ])
    #expect(sum.waits && !RewardSum([.init("b", Fixed([1]))]).waits)
    #expect(try sum.scores([answers[0]]) == [12])
  }

  @Test(arguments: [false, true]) func `names the part and the completion that failed`(
    waits: Bool
  ) throws {
    struct Broken: Error {}
    let third = answers[3]
    let sum = RewardSum([
      .init("fine", Fixed([1, 1, 1])),
      .init(
        "broken",
        EachGrade(waits: waits) {
          guard $0 == third else { return Grade(0) }
          throw RewardFailure(completion: 2, cause: Broken())
        }),
    ])
    // The third of three different ones stood fourth.
    let failure = #expect(throws: RewardFailure.self) { try sum.grades(answers) }
    #expect(failure?.part == "broken" && failure?.completion == 3 && failure?.cause is Broken)
    #expect("\(try #require(failure))" == "the reward's part 'broken' at completion 3: Broken()")
  }

  @Test func `refuses a part that grades too few, or pays too many tokens`() throws {
    let few = #expect(throws: RewardFailure.self) {
      try RewardSum([.init("few", Fixed([1]))]).grades(answers)
    }
    #expect(few?.part == "few")
    #expect("\(try #require(few))".contains("1 grades for 3 different"))
    let many = #expect(throws: RewardFailure.self) {
      try RewardSum([
        .init(
          "many",
          EachGrade { Grade(0, tokens: Array(repeating: 0, count: $0.tokens.count / 2 + 1)) })
      ]).grades(answers)
    }
    #expect(many?.part == "many" && many?.completion == 1)
    #expect("\(try #require(many))".contains("2 numbers for 3 tokens"))
  }
}

import Foundation
import Reports
import TensorTestSupport
import Testing

@testable import Experiments

@Suite struct `Classic control` {
  @Test(arguments: ClassicControlTask.allCases, ClassicControlMethod.allCases)
  func `runs every method in every world`(task: ClassicControlTask, method: ClassicControlMethod)
    throws
  {
    var told: [Int] = []
    let run = try #require(
      ClassicControlJob(task: task, method: method, seed: 0).run(actions: 4_100) {
        told.append($0)
        return true
      })
    #expect(told.last == 4_100 && told == told.sorted())
    #expect(run.curve.map(\.actions) == [4_000])
    #expect(run.method == method.rawValue && run.solvedAfter == nil)
  }

  @Test func `stops when it is told to`() throws {
    let run = try ClassicControlJob(task: .cartPole, method: .a2c, seed: 0).run(actions: 4_000) {
      $0 < 400
    }
    #expect(run == nil)
  }

  @Test func `gives the same curve for the same seed and another for another`() throws {
    let curves = try [0, 0, 1].map {
      try ClassicControlJob(task: .cartPole, method: .ppo, seed: $0).run(actions: 4_000) { _ in
        true
      }?.curve
    }
    #expect(curves[0] == curves[1] && curves[0] != curves[2])
  }

  @Test func `learns to balance`() throws {
    let job = ClassicControlJob(task: .cartPole, method: .ppo, seed: 3)
    let learned = try #require(job.run(actions: 24_000) { _ in true })
    #expect(learned.curve[5].meanReturn > 100)
    #expect(learned.curve[0].meanReturn < 60)
  }

  @Test func `knows the return at a number of actions`() {
    let run = ClassicControlRun(
      task: .acrobot, method: "ppo", seed: 0,
      curve: [.init(actions: 4_000, meanReturn: -400), .init(actions: 8_000, meanReturn: -90)],
      seconds: 1)
    #expect(run.meanReturn(at: 3_999) == nil)
    #expect(run.meanReturn(at: 7_999) == -400 && run.meanReturn(at: 1_000_000) == -90)
  }

  @Test func `stopped earlier is what it was until then`() {
    let run = ClassicControlRun(
      task: .cartPole, method: "sb3-ppo", seed: 0,
      curve: [.init(actions: 4_000, meanReturn: 40), .init(actions: 8_000, meanReturn: 480)],
      solvedAfter: 7_000, seconds: 6)
    #expect(run.stopped(after: 8_000) == run && run.stopped(after: 9_000) == run)
    let half = run.stopped(after: 4_000)
    #expect(half.curve == [run.curve[0]] && half.solvedAfter == nil && half.seconds == 3)
    #expect(run.stopped(after: 7_500).solvedAfter == 7_000)
    // The page compares on our budget.
    var configuration = ClassicControlConfiguration()
    (configuration.tasks, configuration.methods) = ([.cartPole], [.ppo])
    configuration.actions = 4_000
    let text = ClassicControlReport(
      configuration, runs: [], peers: [run], command: "rein"
    ).content.markdown
    #expect(text.contains("0 of 1") && text.contains("1333") && !text.contains("7000"))
  }

  @Test func `sets other programs beside the method of their kind`() throws {
    let own = ["ppo", "a2c"].map { method in
      ClassicControlRun(
        task: .cartPole, method: method, seed: 0,
        curve: [.init(actions: 4_000, meanReturn: 40)], seconds: 2)
    }
    var other = own[0]
    other.method = "sb3-ppo"
    other.solvedAfter = 3_000
    var configuration = ClassicControlConfiguration()
    (configuration.tasks, configuration.methods) = ([.cartPole], [.ppo, .a2c])
    let text = ClassicControlReport(
      configuration, runs: own, peers: [other], command: "rein"
    ).content.markdown
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| sb3-ppo") }
    #expect(rows.count == 1 && rows[0].contains("1 of 1") && rows[0].contains("3000"))
  }
}

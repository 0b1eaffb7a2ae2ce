import Foundation
import Synchronization
import Testing

@testable import RunRecords

@Suite struct `Work progress` {
  private func progress(_ completed: Int, of total: Int?, _ message: String = "PPO") -> WorkProgress
  {
    WorkProgress(completed: completed, total: total, started: moment, message: message)
  }

  private func after(_ seconds: Double) -> Date { moment.addingTimeInterval(seconds) }

  @Test func `knows rate and time left from what is done so far`() {
    let progress = progress(20, of: 100)
    #expect(progress.rate(at: after(10)) == 2)
    #expect(progress.remaining(at: after(10)) == 40)
    #expect(progress.share == 0.2)
  }

  @Test func `knows neither rate nor time left at the start or without a total`() {
    #expect(progress(0, of: 100).rate(at: after(10)) == nil)
    #expect(progress(5, of: 100).rate(at: after(0)) == nil)
    #expect(progress(5, of: 100).rate(at: after(-1)) == nil)
    #expect(progress(5, of: nil).remaining(at: after(1)) == nil)
  }

  @Test(arguments: [
    (20, 100, 10.0, "PPO  ██▏         20% 20/100  2.0/s  0:40 left"),
    (0, 100, 10.0, "PPO                          0% 0/100"),
    (199, 200, 2000.0, "PPO  ███▉ 99% 199/200  10.1 s each  0:10 left"),
  ])
  func `is drawn in a width`(completed: Int, total: Int, seconds: Double, expected: String) {
    let line = progress(completed, of: total).line(at: after(seconds), width: 46)
    #expect(line.count <= 46)
    #expect(
      line.filter { !"█▏▎▍▌▋▊▉ ".contains($0) } == expected.filter { !"█▏▎▍▌▋▊▉ ".contains($0) })
  }

  @Test func `has a bar in eighths`() {
    #expect(WorkProgress.bar(0, width: 4) == "    ")
    #expect(WorkProgress.bar(0.5, width: 4) == "██  ")
    #expect(WorkProgress.bar(0.53125, width: 4) == "██▏ ")
    #expect(WorkProgress.bar(1, width: 4) == "████")
  }

  @Test(arguments: 0...90)
  func `is never wider than the terminal`(width: Int) {
    for total in [100, nil] {
      let line = progress(42, of: total, "PPO  reward 1.25 → 3").line(at: after(99), width: width)
      #expect(line.count <= width)
    }
  }

  @Test func `says how long the work took once it is done`() {
    #expect(
      progress(100, of: 100).plainLine(at: after(3_725))
        == "PPO  100% 100/100  37.3 s each  1:02:05 in all")
    #expect(progress(0, of: 0).share == 1)
  }

  @Test func `survives absurd numbers`() {
    let progress = progress(1, of: .max)
    #expect(!progress.line(at: after(1e300), width: 60).isEmpty)
    #expect(!progress.line(at: after(1e-300), width: 60).isEmpty)
  }
}

@Suite struct `The progress writer` {
  private final class Output: Sendable {
    let texts = Mutex<[String]>([])
  }

  private func show(
    _ destination: ProgressWriter.Destination, counts: [Int], total: Int?, interval: Double
  ) -> [String] {
    let output = Output()
    let writer = ProgressWriter(destination: destination) { text in
      output.texts.withLock { $0.append(text) }
    }
    for (index, count) in counts.enumerated() {
      writer.show(
        WorkProgress(completed: count, total: total, started: moment, message: "SFT"),
        at: moment.addingTimeInterval(Double(index) * interval))
    }
    writer.finish()
    writer.finish()
    return output.texts.withLock { $0 }
  }

  @Test func `writes to a log at the start, each tenth and the end`() {
    let lines = show(.log, counts: Array(0...1_000), total: 1_000, interval: 1)
    #expect(lines.count == 11)
    #expect(lines.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\r") && !$0.contains("\u{1B}") })
    #expect(lines[1] == "SFT  10% 100/1000  1.0/s  15:00 left\n")
  }

  @Test func `writes to a log where ten minutes have passed between tenths`() {
    #expect(show(.log, counts: [1, 2, 3, 4], total: 1_000, interval: 400).count == 2)
  }

  @Test func `writes to a log once a minute where the total is unknown`() {
    #expect(show(.log, counts: Array(0..<180), total: nil, interval: 1).count == 3)
  }

  @Test func `redraws a terminal at most ten times a second, and always at the end`() {
    let lines = show(
      .terminal(width: 60), counts: Array(0...100), total: 100, interval: 0.015625)
    // Every seventh of the values 0...100 (0.109 s apart), the last value, and the final line feed.
    #expect(lines.count == 15 + 1 + 1)
    #expect(lines.dropLast().allSatisfy { $0.hasPrefix("\r") && !$0.contains("\n") })
    #expect(lines.last == "\n")
  }

  @Test func `ends no line that it did not begin`() {
    #expect(show(.terminal(width: 60), counts: [], total: 1, interval: 1).isEmpty)
    #expect(show(.log, counts: [1], total: 1, interval: 1).count == 1)
  }
}

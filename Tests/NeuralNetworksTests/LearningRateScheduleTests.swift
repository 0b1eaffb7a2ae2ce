import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing

@Suite struct `Learning-rate schedules` {
  @Test func `the warm-up rises in equal steps to one`() {
    let schedule = LearningRateSchedule(warmUpShare: 0.4)
    let factors = (0..<6).map { schedule.factor(step: $0, total: 10) }
    for (factor, expected) in zip(factors, [0.25, 0.5, 0.75, 1, 1, 1]) {
      expectEqual(factor, expected, tolerance: 1e-12)
    }
  }

  @Test func `a straight line falls from one to the final factor`() {
    let schedule = LearningRateSchedule(decay: .linear, finalFactor: 0.2)
    // 1 − 0.8 · step / 4
    for (step, expected) in [(0, 1), (1, 0.8), (2, 0.6), (4, 0.2), (9, 0.2)] {
      expectEqual(schedule.factor(step: step, total: 4), expected, tolerance: 1e-12)
    }
  }

  @Test func `half a cosine is half-way down in the middle`() {
    let schedule = LearningRateSchedule(decay: .cosine, warmUpShare: 0.2, finalFactor: 0.1)
    // Two steps of warm-up, then progress (step − 2) / 8; cos(π/4) = √½.
    expectEqual(schedule.factor(step: 0, total: 10), 0.5, tolerance: 1e-12)
    expectEqual(schedule.factor(step: 2, total: 10), 1, tolerance: 1e-12)
    expectEqual(
      schedule.factor(step: 4, total: 10), 0.1 + 0.45 * (1 + 0.5.squareRoot()), tolerance: 1e-12)
    expectEqual(schedule.factor(step: 6, total: 10), 0.55, tolerance: 1e-12)
    expectEqual(schedule.factor(step: 10, total: 10), 0.1, tolerance: 1e-12)
  }

  @Test(arguments: LearningRateSchedule.Decay.allCases, [0, 0.1, 1])
  func `factors stay between 0 and 1, even in runs of no or one step`(
    decay: LearningRateSchedule.Decay, warmUp: Double
  ) {
    let schedule = LearningRateSchedule(decay: decay, warmUpShare: warmUp)
    for total in [0, 1, 2, 17] {
      for step in 0...(total + 2) {
        #expect((0...1).contains(schedule.factor(step: step, total: total)))
      }
    }
  }

  @Test func `coding keeps everything`() throws {
    let schedule = LearningRateSchedule(decay: .cosine, warmUpShare: 0.3, finalFactor: 0.05)
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(LearningRateSchedule.self, from: data) == schedule)
  }
}

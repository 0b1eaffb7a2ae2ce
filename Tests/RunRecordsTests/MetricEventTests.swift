import Foundation
import Testing

@testable import RunRecords

@Suite struct `Metric events` {
  private func line(_ event: MetricEvent) -> String { String(decoding: event.line, as: UTF8.self) }

  private func decoded(_ line: String) throws -> MetricEvent {
    try JSONDecoder().decode(MetricEvent.self, from: Data(line.utf8))
  }

  @Test func `are one flat line, sorted by name`() {
    let event = MetricEvent(step: 3, time: moment, values: [.learningRate: 1e-5, .kl: -1.5])
    #expect(
      line(event)
        == "{\"step\":3,\"time\":1767225600.5,\"lr\":1e-05,\"objective/kl\":-1.5}\n")
  }

  @Test func `write what is not finite as null, and say which it was`() {
    let event = MetricEvent(
      step: 1, time: moment, values: [.loss: .nan, .kl: -.infinity, .ratio: .infinity, .margin: 2])
    #expect(
      line(event) == """
        {"step":1,"time":1767225600.5,"loss":null,"margin":2.0,"objective/kl":null,\
        "val/ratio":null,"nonfinite":{"loss":"nan","objective/kl":"-inf","val/ratio":"inf"}}

        """)
  }

  @Test(arguments: [
    0, -0.0, 1e-5, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, .infinity,
    -.infinity,
  ])
  func `come back to the last bit`(value: Double) throws {
    let event = MetricEvent(step: 1, time: moment, values: [.loss: value])
    let back = try decoded(line(event))
    #expect(back == event)
    #expect(back[.loss]?.sign == value.sign)
  }

  @Test func `come back with NaN`() throws {
    let back = try decoded(line(MetricEvent(step: 1, time: moment, values: [.loss: .nan, .kl: 1])))
    #expect(back[.loss]?.isNaN == true)
    #expect(back[.kl] == 1)
  }

  @Test func `of other programs may hold bare nulls and unknown names`() throws {
    let event = try decoded("{\"step\":1,\"time\":0,\"loss\":null,\"their/own\":4}")
    #expect(event[.loss]?.isNaN == true)
    #expect(event.values.first { $0.key.name == "their/own" }?.value == 4)
  }
}

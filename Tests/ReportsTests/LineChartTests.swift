import Foundation
import Testing

@testable import Reports

private let words = ChartText(title: "T", summary: "S", horizontal: "steps", vertical: "value")

private func chart(
  _ steps: [Double], values: [Double]? = nil, references: [LineChart.Reference] = [],
  spacing: Spacing = .linear
) -> LineChart {
  let points = zip(steps, values ?? steps.map { _ in 1 }).map(CurvePoint.init(step:value:))
  let series = LineChart.Series(name: "one", style: .numbered(0), band: Band([points]))
  return LineChart(
    text: words, series: [series], references: references, stepSpacing: spacing)
}

@Suite struct `Levels in line charts` {
  private let level = LineChart.Reference(name: "softmax(r)", value: 0.25)

  @Test func `are dotted lines with their names, also beside a single series`() throws {
    let svg = chart([0, 1], references: [level]).svg
    let outline = try #require(Outline(svg))
    #expect(outline.text.contains("softmax(r)") && !outline.text.contains("one"))
    let dashes = outline.attributes.filter {
      $0.element == "line" && $0.name == "stroke-dasharray"
    }
    #expect(dashes.count == 1)
  }

  @Test func `stay in sight, however far from the curves`() throws {
    for value in [50.0, 1, -7] {
      let svg = chart([0, 1], references: [LineChart.Reference(name: "far", value: value)]).svg
      let line = try #require(svg.firstMatch(of: /<line x1="[^"]*" y1="([0-9.]*)"[^>]*dasharray/))
      // The plot of a chart with a title on its vertical axis reaches from 26 to 222.
      let height = try #require(Double(line.1))
      #expect(height >= 26 && height <= 222)
    }
  }

  @Test func `that are not finite are left out`() throws {
    let svg = chart([0, 1], references: [LineChart.Reference(name: "nowhere", value: .nan)]).svg
    #expect(!(try #require(Outline(svg)).text.contains("nowhere")))
  }

  @Test func `have names that keep clear of those of curves`() throws {
    let ends = [1.0, 1, 1].map { value in
      LineChart.Series(
        name: "m", style: .numbered(0),
        band: Band([[CurvePoint(step: 0, value: 0), CurvePoint(step: 1, value: value)]]))
    }
    let svg = LineChart(
      text: words, series: ends, references: [LineChart.Reference(name: "level", value: 1)]
    ).svg
    let heights = try #require(Outline(svg)).attributes.filter {
      $0.element == "text" && $0.name == "y"
    }
    let labels = heights.suffix(4).compactMap { Double($0.value) }.sorted()
    #expect(zip(labels, labels.dropFirst()).allSatisfy { $1 - $0 >= 13.9 })
  }
}

@Suite struct `Seeds in line charts` {
  private func svg(of values: [Double]) -> String {
    let curves = values.map { value in
      [CurvePoint(step: 0, value: 0), CurvePoint(step: 1, value: value)]
    }
    return LineChart(
      text: words, series: [.init(name: "one", style: .numbered(0), band: Band(curves))]
    ).svg
  }

  private func lines(_ svg: String, width: String) -> Int {
    svg.components(separatedBy: "fill:none;stroke-width:\(width)\"").count - 1
  }

  @Test func `are two lines and no band where there are two`() {
    let two = svg(of: [1, 3])
    #expect(lines(two, width: "1.5") == 2 && lines(two, width: "2") == 0)
    #expect(!two.contains("opacity=\"0.11\""))
  }

  @Test func `are a mean and a band from three on`() {
    let three = svg(of: [1, 2, 3])
    #expect(lines(three, width: "1.5") == 0 && lines(three, width: "2") == 1)
    #expect(three.contains("opacity=\"0.11\""))
  }

  @Test func `stay inside the picture where there are two`() throws {
    // An interval of two seeds would reach from −11.7 to 15.7.
    let text = try #require(Outline(svg(of: [1, 3]))).text
    #expect(!text.contains("−") && !text.contains("10"))
  }
}

@Suite struct `Logarithmic steps` {
  @Test func `give equal ratios equal room`() {
    let scale = Scale(domain: 1...10_000, start: 0, end: 400, spacing: .logarithmic)
    let places = [1.0, 10, 100, 1000, 10_000].map(scale.position)
    for (place, expected) in zip(places, [0.0, 100, 200, 300, 400]) {
      #expect(abs(place - expected) < 1e-9)
    }
    #expect(Scale(domain: 0...4, start: 0, end: 400).position(1) == 100)
  }

  @Test func `are marked at powers of ten`() {
    let ticks = Ticks(coveringLogarithmic: 1...10_000)
    #expect(ticks.values == [1, 10, 100, 1000, 10_000])
    #expect(ticks.values.map(ticks.label) == ["1", "10", "100", "1000", "10,000"])
    let small = Ticks(coveringLogarithmic: 0.01...100)
    #expect(small.values.map(small.label) == ["0.01", "0.1", "1", "10", "100"])
    #expect(Ticks(coveringLogarithmic: 1...1e12, about: 5).values.count <= 6)
  }

  @Test(arguments: [2...9, 1...1, -1...100, 0...10] as [ClosedRange<Double>])
  func `fall back to round numbers where there are no two powers`(range: ClosedRange<Double>) {
    let ticks = Ticks(coveringLogarithmic: range)
    #expect(ticks.values == Ticks(covering: range).values && !ticks.values.isEmpty)
  }

  @Test(arguments: [[], [0], [-1, 0], [0, 1, 10], [5], [1, 1e-300, 1e300]] as [[Double]])
  func `draw well-formed charts of any steps, and none at or below zero`(steps: [Double]) throws {
    let svg = chart(steps, spacing: .logarithmic).svg
    let outline = try #require(Outline(svg))
    #expect(!svg.lowercased().contains("nan") && !svg.contains("inf"))
    #expect(outline.text.contains("no data") == steps.allSatisfy { $0 <= 0 })
  }
}

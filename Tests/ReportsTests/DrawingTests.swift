import Foundation
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a parser saw in a document; nil where it is not well-formed.
///
/// The parser recovers from some errors and calls that success, so the outline checks nesting and the single root itself.
final class Outline: NSObject, XMLParserDelegate {
  private(set) var elements: [String: Int] = [:]
  private(set) var attributes: [(element: String, name: String, value: String)] = []
  private(set) var text = ""
  private var open: [String] = []
  private var rootCount = 0
  private var isBroken = false

  init?(_ source: String) {
    super.init()
    let parser = XMLParser(data: Data(source.utf8))
    parser.delegate = self
    guard parser.parse(), parser.parserError == nil, !isBroken, open.isEmpty, rootCount == 1 else {
      return nil
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes found: [String: String]
  ) {
    if open.isEmpty { rootCount += 1 }
    open.append(name)
    elements[name, default: 0] += 1
    attributes += found.map { (name, $0.key, $0.value) }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if open.popLast() != name { isBroken = true }
  }

  func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) { isBroken = true }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

private let words = ChartText(
  title: "A < B & \"C\"", summary: "Summary", horizontal: "step", vertical: "value")

private func curve(_ values: Double...) -> [CurvePoint] {
  values.enumerated().map { CurvePoint(step: Double($0.offset), value: $0.element) }
}

@Suite struct `Drawings` {
  static let curves: [[[CurvePoint]]] = [
    [], [[]], [curve(1)], [curve(.nan, .infinity)], [curve(1, 2, 3), curve(2, .nan, 5)],
    [curve(1e300, -1e300)], [curve(2, 2, 2)],
  ]

  @Test(arguments: curves) func `of lines are well-formed for any data`(data: [[CurvePoint]]) throws
  {
    let series = [0, 1].map {
      LineChart.Series(name: "<m\($0)>", style: .numbered($0), band: Band(data))
    }
    try expectSound(LineChart(text: words, series: series, members: .faint).svg)
    try expectSound(LineChart(text: words, series: []).svg)
  }

  @Test(arguments: curves) func `of paths are well-formed for any data`(data: [[CurvePoint]]) throws
  {
    let points = data.joined().map { TrajectoryChart.Point(x: $0.step, y: $0.value) }
    let series = TrajectoryChart.Series(
      name: "a&b", style: .baseline, path: points, ends: points)
    try expectSound(TrajectoryChart(text: words, series: [series, series]).svg)
    let levels = SurfaceChart.Levels(range: 0...2, step: 0.25, middle: 1)
    try expectSound(
      SurfaceChart(text: words, levels: levels, paths: [series]) { x, y in 1 / (x - y) }.svg)
  }

  @Test func `of a fitted curve have no marker, at its end or in the legend`() {
    let markers = { (isFit: Bool) in
      let path = [TrajectoryChart.Point(x: 0, y: 0), TrajectoryChart.Point(x: 1, y: 1)]
      let series = TrajectoryChart.Series(
        name: "a", style: .numbered(0), path: path, ends: [], isFit: isFit)
      return TrajectoryChart(text: words, series: [series]).svg.ranges(of: "stroke:var(--surface")
        .count
    }
    #expect(markers(true) == 0)
    #expect(markers(false) == 2)
  }

  @Test(arguments: curves) func `of intervals are well-formed for any data`(data: [[CurvePoint]])
    throws
  {
    let summary = Summary(data.joined().map(\.value))
    let row = IntervalChart.Row(name: "x>y", style: .numbered(2), summary: summary)
    try expectSound(IntervalChart(text: words, rows: [row, row], reference: summary.mean).svg)
    try expectSound(IntervalChart(text: words, rows: []).svg)
    try expectSound(
      SparklineDrawing(values: summary.values, style: .baseline, title: "<spark>").svg)
  }

  // The other tests rest on this: the parser must notice what is broken.
  @Test(arguments: ["<a><b></a>", "<a>&nbsp;</a>", "<a b=c></a>", "<a>\u{1}</a>", "<a/><b/>"])
  func `that are broken are noticed`(source: String) {
    #expect(Outline(source) == nil)
  }

  @Test func `tell series apart without colour`() {
    let styles = (0..<6).map(SeriesStyle.numbered) + [.baseline]
    for (place, style) in styles.enumerated() {
      for other in styles.dropFirst(place + 1) {
        #expect((style.dash, style.marker) != (other.dash, other.marker))
      }
    }
  }

  private func expectSound(_ svg: String, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let outline = try #require(Outline(svg), sourceLocation: sourceLocation)
    #expect((outline.elements["title"] ?? 0) >= 1, sourceLocation: sourceLocation)
    #expect(outline.elements["desc"] == 1, sourceLocation: sourceLocation)
    #expect(svg.contains("role=\"img\""), sourceLocation: sourceLocation)
    #expect(!svg.lowercased().contains("nan\""), sourceLocation: sourceLocation)
    #expect(!svg.contains("inf "), sourceLocation: sourceLocation)
  }
}

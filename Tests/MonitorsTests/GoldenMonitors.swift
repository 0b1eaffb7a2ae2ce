import Foundation
import Testing

/// Numbers of other implementations; written by Scripts/fixtures/monitors.py.
struct GoldenMonitors: Decodable {
  struct Text: Decodable {
    var completions: [[Int]]
    var prompts: [Int]
    var distinct: [Double]
    var selfBLEU: Double
    var uniqueShare: Double
    var entropy: Double
    var entropyPerPrompt: Double
    var sameAnswerShare: Double
  }

  struct Pairs: Decodable {
    var x: [Double]
    var y: [Double]
    var pearson: Double
    var spearman: Double
    var quartiles: [Double]
    var deviation: Double
  }

  struct Line: Decodable {
    var steps: [Int]
    var values: [Double]
    var slope: Double
    var standardError: Double
    var acceleration: Double
  }

  struct Interval: Decodable {
    var count: Int
    var total: Int
    var confidence: Double
    var interval: [Double]
  }

  struct Concentration: Decodable {
    var tokens: [[Int]]
    var scores: [Double]
    var token: Int
    var share: Double
    var difference: Double
    var completions: [Int]
  }

  struct Area: Decodable {
    var clean: [Double]
    var hacked: [Double]
    var area: Double
    var falseRates: [Double]
    var trueRates: [Double]
  }

  struct RunLength: Decodable {
    var allowance: Double
    var threshold: Double
    var shift: Double
    var length: Double
  }

  var texts: [Text]
  var pairs: [Pairs]
  var trends: [Line]
  var proportions: [Interval]
  var concentrations: [Concentration]
  var areas: [Area]
  var runLengths: [RunLength]

  static func load() throws -> GoldenMonitors {
    let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/monitors.json")
    return try JSONDecoder().decode(GoldenMonitors.self, from: Data(contentsOf: url))
  }
}

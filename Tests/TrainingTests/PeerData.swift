import Feedback
import Foundation
import LanguageModels
import Testing
import Tokenization
import Training

/// What Scripts/fixtures/data_preparation.py wrote: what TRL makes of rows.
struct PeerData: Decodable {
  struct Learned: Decodable {
    var ids: [Int]
    /// 1 where the loss is taken.
    var learned: [Int]
  }

  struct Comparison: Decodable {
    var prompt: [Int]
    var chosen: [Int]
    var rejected: [Int]
  }

  struct Pair: Decodable {
    var chosen: [Int]
    var rejected: [Int]
  }

  struct Model: Decodable {
    struct SpecialTokens: Decodable {
      var bos: Int?
      var eos: Int
    }

    var specialTokens: SpecialTokens
    /// The length that rows of the second kind were cut to; null where nothing was left.
    var short: Int
    var supervised: [String: [Learned?]]
    var supervisedCut: [String: [Learned?]]
    var comparisons: [String: [Comparison?]]
    var comparisonsCut: [String: [Comparison?]]
    /// Prompt and answer as one text, for both answers.
    var wholeTexts: [String: [[[Int]]]]
    var rewards: [String: [Pair]]
    var prompts: [String: [[Int]]]
  }

  var models: [String: Model]

  static let names = ["llama3", "qwen2"]
  static let uncut = 10_000

  static func load() throws -> PeerData {
    try JSONDecoder().decode(
      PeerData.self, from: Data(contentsOf: folder().appending(path: "expected.json")))
  }

  static func folder() throws -> URL {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures/data")
  }

  /// The data sets that Rein comes with.
  static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples/data")

  /// A data set by its name.
  static func file(_ name: String) throws -> String {
    let odd = try folder().appending(path: "rows/\(name).jsonl")
    return FileManager.default.fileExists(atPath: odd.path)
      ? odd.path : examples.appending(path: "\(name).jsonl").path
  }
}

extension PeerData.Model {
  /// The model's tokenizer in its frame.
  func frame(_ name: String) throws -> TextFrame {
    let file = try PeerData.folder().appending(path: "\(name)/tokenizer.json")
    var shape = DecoderConfiguration(
      vocabularyCount: 500, positionCount: 64, width: 16, layerCount: 1, headCount: 2,
      endOfTextToken: specialTokens.eos)
    shape.beginningOfTextToken = specialTokens.bos
    return try TextFrame(Tokenizer.load(from: file), file: file, model: shape)
  }

  /// Data for the model.
  func preparation(_ name: String) throws -> DataPreparation {
    try DataPreparation(frame(name), templateIn: PeerData.folder().appending(path: name))
  }

  /// What the model reads where nothing is before a text.
  var opener: Int { specialTokens.bos ?? specialTokens.eos }
}

extension SupervisedTrainer.Example {
  var ids: [Int] { prompt + completion }

  /// Places in `ids` where the loss is taken.
  var lossPlaces: [Int] {
    completion.indices.filter { isLearned?[$0] ?? true }.map { prompt.count + $0 }
  }
}

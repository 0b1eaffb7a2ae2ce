import Files
import Foundation

/// The counts and marks of a data set made from human ratings, as its manifest holds them.
public struct RatingsSummary: Codable, Hashable, Sendable {
  /// The choices that made the data set.
  public var configuration: RatingsDataset.Configuration
  /// The number of sentences per domain, then side.
  public var sentences: [String: [String: Int]] = [:]
  /// The number of preference pairs per file, after ties are dropped.
  public var pairs: [String: Int] = [:]
  /// How often the halves' means agree on random pairs, per domain, then side.
  public var halvesAgreement: [String: [String: Double]] = [:]
  /// How many irregularities of each kind the files had.
  public var irregularities: [String: Int]

  init(of dataset: RatingsDataset) {
    configuration = dataset.configuration
    irregularities = dataset.irregularities.countsByKind()
    for domain in RatingsDomain.allCases {
      for side in RatingsSplit.Side.allCases {
        let count = dataset.entries(on: side, domain: domain).count
        guard count > 0 else { continue }
        sentences[domain.rawValue, default: [:]][side.rawValue] = count
        // All pairs of a training side are some ten million; the held-out side is the mark.
        guard side == .heldOut else { continue }
        halvesAgreement[domain.rawValue, default: [:]][side.rawValue] =
          dataset.halvesAgreement(on: side, domain: domain)
      }
    }
  }

  func write(to url: URL) throws(FeedbackError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let contents: Data
    do {
      contents = try encoder.encode(self)
    } catch {
      throw .file(.unencodable(type: "RatingsSummary", reason: "\(error)"))
    }
    do throws(FileError) {
      try AtomicFile.write(contents, to: url)
    } catch {
      throw .file(error)
    }
  }
}

public import Foundation

/// The ratings that Hutto and Gilbert published with VADER (ICWSM 2014): how positive about 20
/// people each found the sentences of film reviews, product reviews, editorials and tweets.
///
/// A folder holds two files per domain, `<stem>_GroundTruth.txt` (identifier, mean, text) and
/// `<stem>_anonDataRatings.txt` (identifier, mean, standard deviation, list of ratings), both
/// separated by tabs.
public struct HumanRatings: Sendable {
  /// The sentences, in the order of domains and identifiers' rows.
  public var sentences: [RatedSentence]
  /// What was odd, in reading order.
  public var irregularities: [RatingsIrregularity]

  /// Creates ratings from sentences at hand.
  public init(sentences: [RatedSentence], irregularities: [RatingsIrregularity] = []) {
    self.sentences = sentences
    self.irregularities = irregularities
  }

  /// Reads the files of some domains.
  ///
  /// Every sentence must have a text and ratings; stated means are checked against the ratings,
  /// and the ratings win.
  ///
  /// - Throws: ``FeedbackError`` with the file and the line.
  public static func read(
    from folder: URL, domains: [RatingsDomain] = RatingsDomain.allCases
  ) throws(FeedbackError) -> HumanRatings {
    var result = HumanRatings(sentences: [])
    var keysByText: [String: String] = [:]
    for domain in domains {
      let texts = try TextTable(
        at: folder.appendingPathComponent("\(domain.fileStem)_GroundTruth.txt"))
      let ratings = try RatingTable(
        at: folder.appendingPathComponent("\(domain.fileStem)_anonDataRatings.txt"))
      result.irregularities += texts.irregularities + ratings.irregularities
      for row in ratings.rows where texts.lines[row.identifier] == nil {
        throw .ratingsWithoutText(
          file: ratings.file, line: row.line, identifier: row.identifier)
      }
      for row in texts.rows {
        guard let index = ratings.indices[row.identifier] else {
          throw .textWithoutRatings(file: texts.file, line: row.line, identifier: row.identifier)
        }
        let sentence = RatedSentence(
          domain: domain, identifier: row.identifier,
          text: TextCleaning.cleaned(row.text, domain: domain), ratings: ratings.rows[index].ratings
        )
        result.note(sentence, row: row, file: texts.file, keysByText: &keysByText)
        result.sentences.append(sentence)
      }
    }
    return result
  }

  private mutating func note(
    _ sentence: RatedSentence, row: TextTable.Row, file: String,
    keysByText: inout [String: String]
  ) {
    // The files round to nine or more digits.
    if abs(sentence.mean - row.statedMean) > 1e-6 {
      irregularities.append(
        .statedMean(
          file: file, line: row.line, identifier: row.identifier, stated: row.statedMean,
          actual: sentence.mean))
    }
    if !sentence.text.contains(where: { $0.isLetter || $0.isNumber }) {
      irregularities.append(
        .wordlessText(file: file, line: row.line, identifier: row.identifier))
    }
    let normalForm = NearDuplicates.normalForm(sentence.text)
    if let earlier = keysByText[normalForm] {
      irregularities.append(
        .repeatedText(
          file: file, line: row.line, identifier: row.identifier, earlier: earlier))
    } else {
      keysByText[normalForm] = sentence.key
    }
  }
}

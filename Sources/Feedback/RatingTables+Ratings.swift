import Foundation

/// The ratings of one domain.
struct RatingTable {
  struct Row {
    var line: Int
    var identifier: String
    var ratings: [Int]
  }

  var file: String
  var rows: [Row] = []
  var indices: [String: Int] = [:]
  var irregularities: [RatingsIrregularity]

  init(at url: URL) throws(FeedbackError) {
    let table = try TabbedFile(
      at: url, columns: ["identifier", "mean", "standard deviation", "ratings"])
    file = table.file
    irregularities = table.irregularities
    for row in table.rows {
      let identifier = String(row.columns[0])
      guard indices.updateValue(rows.count, forKey: identifier) == nil else {
        throw .duplicateIdentifier(file: file, line: row.line, identifier: identifier)
      }
      let stated = try table.number(row.columns[1], "mean", line: row.line)
      _ = try table.number(row.columns[2], "standard deviation", line: row.line)
      let ratings = try Self.ratings(row.columns[3], line: row.line, in: table)
      if abs(ratings.mean - stated) > 1e-6 {
        irregularities.append(
          .statedMean(
            file: file, line: row.line, identifier: identifier, stated: stated,
            actual: ratings.mean))
      }
      if ratings.count < 20 {
        irregularities.append(
          .fewRatings(file: file, line: row.line, identifier: identifier, count: ratings.count))
      }
      rows.append(Row(line: row.line, identifier: identifier, ratings: ratings))
    }
  }

  /// The numbers of a list such as `[2, -1, 0]`; at least two, for each half must get one.
  private static func ratings(
    _ column: Substring, line: Int, in table: TabbedFile
  ) throws(FeedbackError) -> [Int] {
    let list = column.trimmingCharacters(in: .whitespaces)
    guard list.hasPrefix("["), list.hasSuffix("]") else {
      throw table.malformed(line, "the ratings '\(list)' are not a list in square brackets")
    }
    var ratings: [Int] = []
    for item in list.dropFirst().dropLast().split(separator: ",") {
      let word = item.trimmingCharacters(in: .whitespaces)
      guard let rating = Int(word) else {
        throw table.malformed(line, "the rating '\(word)' is not a whole number")
      }
      guard (-4...4).contains(rating) else {
        throw table.malformed(line, "the rating \(rating) is outside -4...4")
      }
      ratings.append(rating)
    }
    guard ratings.count >= 2 else {
      throw table.malformed(line, "has \(ratings.count) ratings, but needs at least 2")
    }
    return ratings
  }
}

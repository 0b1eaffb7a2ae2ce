/// The fewest insertions, deletions and substitutions that turn one word into another.
func editDistance(_ first: String, _ second: String) -> Int {
  let (left, right) = (Array(first), Array(second))
  var row = Array(0...right.count)
  for (index, character) in left.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for place in right.indices {
      let substitution = diagonal + (character == right[place] ? 0 : 1)
      diagonal = row[place + 1]
      row[place + 1] = min(substitution, row[place] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}

/// The valid name nearest to a wrong one, where one is near enough to be meant.
func nearestName(to name: String, among names: [String]) -> String? {
  let ranked = names.map { ($0, editDistance(name, $0)) }.min { $0.1 < $1.1 }
  return ranked.flatMap { $0.1 <= max(2, name.count / 3) ? $0.0 : nil }
}

/// The valid names that a wrong one may mean: near ones first, then those that contain it; at most three.
func nearestNames(to name: String, among names: [String]) -> [String] {
  let ranked = names.map { (name: $0, distance: editDistance(name, $0)) }
    .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
  let reach = max(name.count < 4 ? 1 : 2, name.count / 4)
  let near = ranked.filter { $0.distance <= reach }.map(\.name)
  let holding = ranked.map(\.name).filter { !near.contains($0) && $0.contains(name) }
  return Array((near + (name.count > 1 ? holding : [])).prefix(3))
}

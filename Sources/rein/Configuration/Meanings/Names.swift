/// The names of an enumeration's cases, for help.
func names<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> String {
  type.allCases.map(\.rawValue).joined(separator: ", ")
}

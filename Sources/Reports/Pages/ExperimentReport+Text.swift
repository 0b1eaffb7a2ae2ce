extension ExperimentReport {
  /// All tables as Markdown, under the headings of their parts.
  public var markdown: String {
    let parts = parts.filter { !$0.tables.isEmpty }.map { part in
      (["## \(part.heading)"]
        + part.tables.map { table in
          [table.title.isEmpty ? "" : "### \(table.title)", table.content.markdown, table.caption]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
        } + part.notes).joined(separator: "\n\n")
    }
    return (["# \(title)", "`\(provenance.command)`"] + parts).joined(separator: "\n\n") + "\n"
  }

  /// All tables for a terminal, with remarks; no newline at the end.
  public func terminal(coloring: TextTable.Coloring = .plain) -> String {
    parts.filter { !$0.tables.isEmpty }.map { part in
      ([part.heading]
        + part.tables.map { table in
          [
            [table.title, table.caption].filter { !$0.isEmpty }.joined(separator: ": "),
            table.content.terminal(coloring: coloring),
          ].filter { !$0.isEmpty }.joined(separator: "\n")
        } + part.notes).joined(separator: "\n\n")
    }.joined(separator: "\n\n\n")
  }
}

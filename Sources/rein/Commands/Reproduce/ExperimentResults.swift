import ArgumentParser
import Experiments
import Files
import Foundation
import Reports

/// What every experiment leaves in its folder: a page, tables and records.
struct ExperimentResults {
  /// The page as one file.
  var page: String
  /// The tables as Markdown.
  var tables: String
  /// One for each line.
  var records: [any Encodable]

  /// What was typed.
  static var command: String {
    (["rein"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
  }

  /// Prints a record as one JSON object on one line.
  static func print(_ record: some Encodable) throws {
    Console.print(String(decoding: try line(record), as: UTF8.self))
  }

  /// Writes all three, each in one step, and says where the page is.
  ///
  /// - Throws: `FileError.unwritable`.
  func write(in folder: URL) throws -> URL {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError.unwritable(file: folder.path, reason: error.localizedDescription)
    }
    let url = folder.appending(path: "report.html")
    try AtomicFile.write(Data(page.utf8), to: url)
    try AtomicFile.write(Data(tables.utf8), to: folder.appending(path: "tables.md"))
    let lines = try records.map { try ExperimentResults.line($0) + Data("\n".utf8) }
    try AtomicFile.write(Data(lines.joined()), to: folder.appending(path: "records.jsonl"))
    return url
  }

  /// Says what is missing, if anything is, and leaves with its code.
  ///
  /// - Throws: `ExitCode`.
  static func leave(failures: [String], isComplete: Bool, console: Console) throws {
    guard failures.isEmpty else {
      for failure in failures { Console.complain("rein: error: \(failure)") }
      throw ExitCode(Failure.Blame.world.rawValue)
    }
    guard isComplete else {
      console.note("stopped; finished runs are kept, the same command goes on with the rest")
      throw ExitCode(Interruption.exitCode)
    }
  }

  // A policy that only says nothing has no variety, which is a result and not a number.
  private static func line(_ record: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(record)
  }
}

extension ExperimentReport {
  /// The page, its tables as Markdown, and the same for a terminal.
  var presented: (page: String, tables: String, terminal: String) {
    (ExperimentPage(content: self).html, markdown, terminal())
  }
}

extension ExperimentOutcome {
  /// Writes the results into a folder, and prints them: records with `json`, tables without.
  func deliver(in folder: String, json: Bool) throws {
    let page = try ExperimentResults(
      page: ExperimentPage(content: report).html, tables: report.markdown, records: records
    ).write(in: URL(fileURLWithPath: folder))
    guard !json else { return try records.forEach { try ExperimentResults.print($0) } }
    Console.print(report.terminal())
    Console.print("\npage: \(page.relativePath)")
  }
}

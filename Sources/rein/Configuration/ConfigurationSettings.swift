import Foundation
import Reports
import RunRecords
import Yams

/// Configurations as flat lists, for what compares or shows them.
enum ConfigurationSettings {
  /// The keys of a configuration with their values as text, in the order of the file.
  ///
  /// - Throws: What keeps the text from being read as YAML.
  static func read(_ text: String) throws -> [Setting] {
    guard let tree = try Yams.compose(yaml: text)?.mapping else { return [] }
    return ConfigurationTree.leaves(of: tree).map { leaf in
      let value = ConfigurationTree.value(at: leaf.path, in: tree)
      return Setting(leaf.path, value.map(ConfigurationTree.text) ?? "")
    }
  }

  /// Those of a run; one that has no configuration, or none that can be read, has no settings.
  static func read(of run: RunFolder) -> [Setting] {
    guard let text = try? String(contentsOf: run.configuration, encoding: .utf8) else { return [] }
    return (try? read(text)) ?? []
  }

  /// How many steps the settings ask for; runs over epochs do not say.
  static func plannedSteps(in settings: [Setting]) -> Int? {
    settings.first { $0.name == "training.steps" }.flatMap { Int($0.value) }
  }
}

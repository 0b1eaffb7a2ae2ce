/// How the numbers on a page were made, so that a reader can make them again.
public struct Provenance: Codable, Hashable, Sendable {
  /// The exact command line.
  public var command: String
  /// The settings, by concern.
  public var settings: [SettingGroup]

  /// Makes a provenance.
  public init(command: String, settings: [SettingGroup] = []) {
    self.command = command
    self.settings = settings
  }
}

/// Settings of one concern.
public struct SettingGroup: Codable, Hashable, Sendable {
  /// The concern, such as “Optimizer”.
  public var name: String
  /// The settings, in order.
  public var settings: [Setting]

  /// Makes a group.
  public init(name: String, settings: [Setting]) {
    self.name = name
    self.settings = settings
  }
}

/// A setting and its value.
public struct Setting: Codable, Hashable, Sendable {
  /// The name.
  public var name: String
  /// The value, as it is to be shown.
  public var value: String

  /// Makes a setting.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

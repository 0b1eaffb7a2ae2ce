/// What numbers a model can be made of.
extension CheckpointConfiguration {
  /// Far above any model that there is, and low enough that sizes can be multiplied with each other.
  static let largestSize = 1 << 30
  /// Low enough that layers can be listed before the weights are asked how many there are.
  static let mostLayers = 1 << 16

  func positive(_ value: Int?, _ key: String, atMost most: Int = largestSize)
    throws(ConfigurationFault) -> Int
  {
    let value = try ConfigurationFault.needed(value, key)
    guard value > 0 else { throw ConfigurationFault("\(key) is \(value): it must be positive") }
    guard value <= most else {
      throw ConfigurationFault("\(key) is \(value): \(most) is the most that Rein takes")
    }
    return value
  }

  func positive(_ value: Double, _ key: String) throws(ConfigurationFault) -> Double {
    guard value > 0, value.isFinite else {
      throw ConfigurationFault("\(key) is \(value): it must be positive")
    }
    return value
  }

  func notNegative(_ value: Double, _ key: String) throws(ConfigurationFault) -> Double {
    guard value >= 0, value.isFinite else {
      throw ConfigurationFault("\(key) is \(value): it must not be negative")
    }
    return value
  }

  func share(_ value: Double, _ key: String) throws(ConfigurationFault) -> Double {
    guard value >= 0, value < 1 else {
      throw ConfigurationFault("\(key) is \(value): it must be in [0, 1)")
    }
    return value
  }
}

extension CheckpointConfiguration {
  /// Reads how queries and keys are turned, and how far a sequence may then go.
  func readRotary(
    _ shape: inout DecoderConfiguration, share defaultShare: Double, base defaultBase: Double?
  ) throws(ConfigurationFault) {
    let given = rope_parameters ?? rope_scaling
    let key = rope_parameters == nil ? "rope_scaling" : "rope_parameters"
    var rotary = RotaryPositions(
      base: given?.rope_theta ?? rope_theta ?? defaultBase ?? 10_000,
      share: given?.partial_rotary_factor ?? defaultShare,
      statedPositionCount: shape.positionCount)
    guard rotary.base > 1 else {
      throw ConfigurationFault("rope_theta is \(rotary.base): it must be above 1")
    }
    guard rotary.share > 0, rotary.share <= 1 else {
      throw ConfigurationFault("partial_rotary_factor is \(rotary.share): it must be in (0, 1]")
    }
    let width = rotary.width(ofHead: shape.headWidth)
    guard width > 0, width.isMultiple(of: 2) else {
      throw ConfigurationFault(
        "heads of width \(shape.headWidth) cannot be turned by pairs at \(rotary.share) of it")
    }
    if let given { rotary.scaling = try scaling(given, key, shape) }
    shape.positions = .rotary(rotary)
    shape.positionCount = try positive(rotary.reach, "\(key).factor times the positions")
  }

  private func scaling(_ given: Rotary, _ key: String, _ shape: DecoderConfiguration)
    throws(ConfigurationFault) -> RotaryPositions.Scaling
  {
    let factor = { () throws(ConfigurationFault) -> Double in
      let factor = try ConfigurationFault.needed(given.factor, "\(key).factor")
      guard factor >= 1 else {
        throw ConfigurationFault("\(key).factor is \(factor): it must be at least 1")
      }
      guard factor <= Double(Self.largestSize) else {
        throw ConfigurationFault(
          "\(key).factor is \(factor): \(Self.largestSize) is the most that Rein takes")
      }
      return factor
    }
    let original = { () throws(ConfigurationFault) -> Int in
      try positive(
        given.original_max_position_embeddings, "\(key).original_max_position_embeddings")
    }
    switch given.rope_type ?? given.type ?? "default" {
    case "default": return .none
    case "linear": return .linear(factor: try factor())
    case "dynamic": return .dynamic(factor: try factor())
    case "llama3":
      let llama3 = RotaryPositions.Llama3(
        factor: try factor(),
        lowFrequencyFactor: try positive(
          ConfigurationFault.needed(given.low_freq_factor, "\(key).low_freq_factor"),
          "\(key).low_freq_factor"),
        highFrequencyFactor: try ConfigurationFault.needed(
          given.high_freq_factor, "\(key).high_freq_factor"),
        originalPositionCount: try original())
      guard llama3.highFrequencyFactor > llama3.lowFrequencyFactor else {
        throw ConfigurationFault("\(key).high_freq_factor is not above low_freq_factor")
      }
      return .llama3(llama3)
    case "yarn":
      guard given.mscale == nil, given.mscale_all_dim == nil else {
        throw ConfigurationFault("\(key).mscale is not supported")
      }
      var yarn = RotaryPositions.YaRN(
        factor: try factor(),
        originalPositionCount: try positive(
          given.original_max_position_embeddings ?? shape.positionCount,
          "\(key).original_max_position_embeddings"))
      yarn.fastTurns = try positive(given.beta_fast ?? yarn.fastTurns, "\(key).beta_fast")
      yarn.slowTurns = try positive(given.beta_slow ?? yarn.slowTurns, "\(key).beta_slow")
      if let sharpening = given.attention_factor {
        yarn.attentionFactor = try positive(sharpening, "\(key).attention_factor")
      }
      yarn.truncates = given.truncate ?? true
      return .yarn(yarn)
    case let other: throw ConfigurationFault("\(key).rope_type '\(other)' is not supported")
    }
  }
}

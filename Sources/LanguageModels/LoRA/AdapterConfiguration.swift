/// `adapter_config.json` as PEFT writes it.
struct AdapterConfiguration {
  /// What kind of model the adapter is for, as PEFT calls it.
  enum Task: String {
    case language = "CAUSAL_LM"
    case reward = "SEQ_CLS"
  }

  /// The choices.
  var lora = LoRA()
  /// What kind of model it is for.
  var task = Task.language
  /// Where the model is that it adapts, as somebody named it.
  var base: String?
  /// Whether the model stores matrices [in, out]; PEFT sees that itself, and wants to be told.
  var storesInputsFirst = false

  /// Keys that are followed.
  private enum Key: String, CodingKey, CaseIterable {
    case peft_type, task_type, base_model_name_or_path
    case r, lora_alpha, lora_dropout, target_modules, use_rslora, fan_in_fan_out
    case bias, modules_to_save, init_lora_weights, inference_mode
  }

  /// Keys that say nothing about what an adapter computes.
  private static let idle: Set = [
    "auto_mapping", "peft_version", "revision", "megatron_core", "layers_pattern",
    "qalora_group_size", "runtime_config",
  ]

  /// Heads of classifiers, which PEFT names both.
  private static let heads = ["classifier", "score"]
}

extension AdapterConfiguration: Decodable {
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let type = try values.decode(String.self, forKey: .peft_type)
    guard type == "LORA" else {
      throw Self.fault(.peft_type, "'\(type)' is not supported: LORA is")
    }
    if let name = try values.decodeIfPresent(String.self, forKey: .task_type) {
      guard let known = Task(rawValue: name) else {
        throw Self.fault(.task_type, "'\(name)' is not supported: CAUSAL_LM and SEQ_CLS are")
      }
      task = known
    }
    base = try values.decodeIfPresent(String.self, forKey: .base_model_name_or_path)
    lora.rank = try values.decode(Int.self, forKey: .r)
    lora.alpha = try values.decode(Double.self, forKey: .lora_alpha)
    lora.dropout = try values.decodeIfPresent(Double.self, forKey: .lora_dropout) ?? 0
    lora.isRankStabilized = try values.decodeIfPresent(Bool.self, forKey: .use_rslora) ?? false
    try readTargets(values)
    try refuseOthers(values)
    try refuseUnknown(decoder)
  }

  private mutating func readTargets(_ values: KeyedDecodingContainer<Key>) throws {
    guard values.contains(.target_modules), try !values.decodeNil(forKey: .target_modules) else {
      return
    }
    if let list = try? values.decode([String].self, forKey: .target_modules) {
      guard !list.isEmpty else { throw Self.fault(.target_modules, "names no module") }
      lora.targets = list
      return
    }
    let text = try values.decode(String.self, forKey: .target_modules)
    guard text == LoRA.allTargets else {
      throw Self.fault(
        .target_modules, "'\(text)' is a pattern, which is not supported: list the modules")
    }
    lora.targets = [text]
  }

  private func refuseOthers(_ values: KeyedDecodingContainer<Key>) throws {
    if let bias = try values.decodeIfPresent(String.self, forKey: .bias), bias != "none" {
      throw Self.fault(.bias, "'\(bias)' is not supported: none is")
    }
    let saved = try values.decodeIfPresent([String].self, forKey: .modules_to_save) ?? []
    if let other = saved.first(where: { task == .language || !Self.heads.contains($0) }) {
      throw Self.fault(
        .modules_to_save,
        "'\(other)' is not supported: only the score of a reward model (SEQ_CLS) can be saved whole"
      )
    }
    // Other ways to start, by name, change the base's weights.
    guard values.contains(.init_lora_weights),
      (try? values.decode(Bool.self, forKey: .init_lora_weights)) == nil,
      let start = try values.decodeIfPresent(String.self, forKey: .init_lora_weights),
      start != "gaussian"
    else { return }
    throw Self.fault(.init_lora_weights, "'\(start)' is not supported: it changes the base")
  }

  // What is not followed must be off: null, false, or empty.
  private func refuseUnknown(_ decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: AnyKey.self)
    for key in values.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      guard Key(rawValue: key.stringValue) == nil, !Self.idle.contains(key.stringValue) else {
        continue
      }
      let isOff =
        try values.decodeNil(forKey: key) || (try? values.decode(Bool.self, forKey: key)) == false
        || (try? values.nestedUnkeyedContainer(forKey: key))?.isAtEnd == true
        || (try? values.nestedContainer(keyedBy: AnyKey.self, forKey: key))?.allKeys.isEmpty == true
      guard isOff else { throw ConfigurationFault("key '\(key.stringValue)' is not supported") }
    }
  }

  private static func fault(_ key: Key, _ reason: String) -> ConfigurationFault {
    ConfigurationFault("\(key.rawValue) \(reason)")
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension AdapterConfiguration: Encodable {
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode("LORA", forKey: .peft_type)
    try values.encode(task.rawValue, forKey: .task_type)
    try values.encode(base, forKey: .base_model_name_or_path)
    try values.encode(lora.rank, forKey: .r)
    try values.encode(lora.alpha, forKey: .lora_alpha)
    try values.encode(lora.dropout, forKey: .lora_dropout)
    try values.encode(lora.targets, forKey: .target_modules)
    try values.encode(lora.isRankStabilized, forKey: .use_rslora)
    try values.encode(storesInputsFirst, forKey: .fan_in_fan_out)
    try values.encode("none", forKey: .bias)
    try values.encode(task == .reward ? Self.heads : nil, forKey: .modules_to_save)
    try values.encode(true, forKey: .init_lora_weights)
    try values.encode(true, forKey: .inference_mode)
  }
}

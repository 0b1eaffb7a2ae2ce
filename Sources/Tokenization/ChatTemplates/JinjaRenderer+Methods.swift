extension JinjaRenderer {
  func call(
    method name: String, of owner: JinjaValue, _ call: JinjaCall
  ) throws(ChatTemplateError) -> JinjaValue {
    switch owner {
    case .string(let text):
      try charge(byteCount: text.utf8.count)
      return try JinjaStringMethods.call(
        name, of: text, call,
        charge: { n throws(ChatTemplateError) in
          try self.charge(byteCount: n)
        })
    case .dictionary(let dictionary):
      try charge(2 * dictionary.count)
      return try self.call(method: name, of: dictionary, call)
    case .list(let list), .tuple(let list):
      try charge(list.elements.count)
      if name == "copy" { return owner }
      guard let value = try call.bound(to: ["value"], of: name)[0] else {
        throw .failed("'\(name)' needs a value")
      }
      if name == "count" {
        return .integer(list.elements.count { JinjaValue.areEqual($0, value) })
      }
      guard let place = list.elements.firstIndex(where: { JinjaValue.areEqual($0, value) }) else {
        throw .failed("the value is not in the list")
      }
      return .integer(place)
    case .loop(let loop) where name == "cycle":
      guard !call.positional.isEmpty else { throw .failed("no items for cycling given") }
      return call.positional[loop.index % call.positional.count]
    default: throw .unsupported("the method '\(name)' of '\(owner.typeName)' is not supported")
    }
  }

  private func call(
    method name: String, of dictionary: JinjaDictionary, _ call: JinjaCall
  ) throws(ChatTemplateError) -> JinjaValue {
    switch name {
    case "get":
      let arguments = try call.bound(to: ["key", "default"], of: name)
      guard call.named.isEmpty else { throw .failed("'get' takes no keyword arguments") }
      guard let key = arguments[0] else { throw .failed("'get' needs a key") }
      guard JinjaKey(key) != nil else { throw .failed("unhashable type: '\(key.typeName)'") }
      return dictionary.value(of: key) ?? arguments[1] ?? .none
    case "items":
      try call.requireNothing(for: name)
      return .sequence(try JinjaSequence(.items, JinjaFilters.pairs(of: dictionary)))
    case "keys":
      try call.requireNothing(for: name)
      return .sequence(try JinjaSequence(.keys, dictionary.keys))
    case "values":
      try call.requireNothing(for: name)
      return .sequence(try JinjaSequence(.values, dictionary.values))
    default:
      try call.requireNothing(for: name)
      return .dictionary(dictionary)
    }
  }
}

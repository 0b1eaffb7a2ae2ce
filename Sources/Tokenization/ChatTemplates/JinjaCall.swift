/// The arguments of a call.
struct JinjaCall {
  var positional: [JinjaValue] = []
  var named: [(name: String, value: JinjaValue)] = []

  /// The arguments in the order of parameters; nil for those that are not given.
  ///
  /// - Throws: When there is one that has no parameter.
  func bound(to parameters: [String], of callee: String) throws(ChatTemplateError) -> [JinjaValue?]
  {
    guard positional.count <= parameters.count else {
      throw .failed(
        "'\(callee)' takes at most \(parameters.count) arguments, not \(positional.count)")
    }
    var values: [JinjaValue?] =
      positional + Array(repeating: nil, count: parameters.count - positional.count)
    for (name, value) in named {
      guard let place = parameters.firstIndex(of: name) else {
        throw .failed("'\(callee)' has no argument '\(name)'")
      }
      guard values[place] == nil else {
        throw .failed("'\(callee)' has two values for the argument '\(name)'")
      }
      values[place] = value
    }
    return values
  }

  func requireNothing(for callee: String) throws(ChatTemplateError) {
    _ = try bound(to: [], of: callee)
  }
}

extension JinjaValue {
  /// The integer of an argument.
  func integer(of argument: String) throws(ChatTemplateError) -> Int {
    guard case .integer(let value) = number else {
      throw .failed("'\(argument)' must be an integer, not \(typeName)")
    }
    return value
  }

  /// The text of an argument.
  func string(of argument: String) throws(ChatTemplateError) -> String {
    guard case .string(let value) = self else {
      throw .failed("'\(argument)' must be text, not \(typeName)")
    }
    return value
  }
}

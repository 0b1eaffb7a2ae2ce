public import Foundation

extension ChatTemplate {
  private static let tokenNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Reads the template of a model's folder, as transformers does.
  ///
  /// `chat_template.jinja` and the files of `additional_chat_templates` go before the field `chat_template` of
  /// `tokenizer_config.json`, which also says what the special tokens are.
  ///
  /// - Parameter folder: The folder of the model.
  /// - Returns: The template.
  /// - Throws: ``ChatTemplateError``: which files were looked for, or what is wrong with one.
  public static func load(from folder: URL) throws(ChatTemplateError) -> ChatTemplate {
    let configurationFile = folder.appending(path: "tokenizer_config.json")
    let configuration = try object(in: configurationFile)
    var texts = try files(in: folder)
    if texts.isEmpty { texts = try Self.texts(of: configuration, file: configurationFile) }
    guard !texts.isEmpty else {
      throw ChatTemplateError(
        .missing(lookedFor: [
          folder.appending(path: "chat_template.jinja").path,
          folder.appending(path: "additional_chat_templates").path, configurationFile.path,
        ]))
    }
    var tokens = specialTokens(of: configuration)
    if value("added_tokens_decoder", of: configuration) == nil {
      // The older form, in which the other file has the last word.
      let others = try object(in: folder.appending(path: "special_tokens_map.json"))
      tokens.merge(specialTokens(of: others)) { $1 }
    }
    return try ChatTemplate(texts, specialTokens: tokens)
  }

  private static func files(in folder: URL) throws(ChatTemplateError) -> [String: String] {
    var texts: [String: String] = [:]
    texts["default"] = try text(in: folder.appending(path: "chat_template.jinja"))
    let others = folder.appending(path: "additional_chat_templates")
    guard FileManager.default.fileExists(atPath: others.path) else { return texts }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: others.path)
    } catch {
      throw ChatTemplateError(.unreadable(file: others.path, reason: error.localizedDescription))
    }
    for name in names.sorted() where name.hasSuffix(".jinja") {
      texts[String(name.dropLast(".jinja".count))] = try text(in: others.appending(path: name))
    }
    return texts
  }

  private static func texts(of configuration: [JSON.Member], file: URL) throws(ChatTemplateError)
    -> [String: String]
  {
    let damage = ChatTemplateError(
      .unreadable(
        file: file.path,
        reason: "chat_template: must be text, or a list of objects with name and template"))
    switch value("chat_template", of: configuration) {
    case nil, JSON.null?: return [:]
    case .string(let text)?: return ["default": text]
    case .array(let templates)?:
      var texts: [String: String] = [:]
      for case let template in templates {
        guard case .object(let fields) = template,
          case .string(let name)? = value("name", of: fields),
          case .string(let text)? = value("template", of: fields)
        else { throw damage }
        texts[name] = text
      }
      return texts
    default: throw damage
    }
  }

  private static func specialTokens(of fields: [JSON.Member]) -> [String: String] {
    var tokens: [String: String] = [:]
    for name in tokenNames {
      switch value(name, of: fields) {
      case .string(let text)?: tokens[name] = text
      case .object(let token)?:
        if case .string(let text)? = value("content", of: token) { tokens[name] = text }
      default: break
      }
    }
    return tokens
  }

  private static func value(_ name: String, of fields: [JSON.Member]) -> JSON? {
    fields.last { $0.key == name }?.value
  }

  // Nil where there is no such file.
  private static func text(in file: URL) throws(ChatTemplateError) -> String? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw ChatTemplateError(.unreadable(file: file.path, reason: error.localizedDescription))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ChatTemplateError(
        .unreadable(file: file.path, reason: "is not UTF-8; save it as UTF-8"))
    }
    return text
  }

  private static func object(in file: URL) throws(ChatTemplateError) -> [JSON.Member] {
    guard let text = try text(in: file) else { return [] }
    do throws(JSONParser.Failure) {
      if case .object(let members) = try JSONParser.parse(Array(text.utf8)) { return members }
    } catch {
      throw ChatTemplateError(
        .unreadable(file: file.path, reason: "is not JSON at byte \(error.offset): \(error.reason)")
      )
    }
    throw ChatTemplateError(.unreadable(file: file.path, reason: "must be an object"))
  }
}

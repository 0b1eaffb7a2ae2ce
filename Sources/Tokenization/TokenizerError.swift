/// Why a `tokenizer.json` could not be read or written: the file, the field and what is wrong.
public struct TokenizerError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file could not be read; the system's reason.
    case unreadable(reason: String)
    /// The file could not be written; the system's reason.
    case unwritable(reason: String)
    /// The file is not UTF-8.
    case notUTF8
    /// The file is not JSON from a byte on.
    case invalidJSON(offset: Int, reason: String)
    /// The field is absent.
    case missing
    /// The field holds another kind of value.
    case wrongType(expected: String, found: String)
    /// The object names the field twice.
    case duplicateField
    /// The field asks for something that this package does not do.
    case unsupported(found: String, supported: String)
    /// The identifier is negative or too large to be the row of an embedding.
    case identifierOutOfRange(Int)
    /// Two tokens have one identifier.
    case duplicateIdentifier(Int, first: String, second: String)
    /// A merge is not two tokens.
    case malformedMerge
    /// A merge names, or makes, a token that the vocabulary lacks.
    case unknownToken(String)
    /// Something puts an identifier into texts that has no token.
    case unknownIdentifier(Int)
    /// The pair of a merge merges earlier in the list.
    case duplicateMerge
    /// The vocabulary has no token for a byte, so that some texts have no encoding.
    case missingByteToken(UInt8)
    /// An added token has no content.
    case emptyAddedToken
    /// An added token is listed twice.
    case duplicateAddedToken(String)
    /// An added token states another identifier than the one that loaders would give it.
    case conflictingIdentifier(token: String, stated: Int, expected: Int)
  }

  /// The path of the file.
  public var file: String
  /// The path of the field, such as `model.merges[3]`; empty for the file as a whole.
  public var field: String
  /// What is wrong.
  public var problem: Problem

  /// Describes a problem.
  ///
  /// - Parameters:
  ///   - file: The path of the file.
  ///   - field: The path of the field; empty for the file as a whole.
  ///   - problem: What is wrong.
  public init(file: String, field: String, problem: Problem) {
    self.file = file
    self.field = field
    self.problem = problem
  }
}

extension TokenizerError: CustomStringConvertible {
  /// One line that names the file, the field, the problem and what to do.
  public var description: String {
    "\(file): \(field.isEmpty ? "" : "\(field): ")\(problem)"
  }
}

extension TokenizerError.Problem: CustomStringConvertible {
  /// The problem and what to do about it.
  public var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unwritable(let reason): "cannot be written: \(reason)"
    case .notUTF8: "is not UTF-8; save it as UTF-8 without a byte order mark"
    case .invalidJSON(let offset, let reason):
      "is not JSON at byte \(offset): \(reason); the file may be cut short or damaged"
    case .missing: "is missing; write the tokenizer again with the package that made it"
    case .wrongType(let expected, let found): "must be \(expected), not \(found)"
    case .duplicateField: "is named twice; keep one"
    case .unsupported(let found, let supported):
      "\(found) is not supported; supported: \(supported)"
    case .identifierOutOfRange(let identifier):
      "identifier \(identifier) is outside 0..<\(Vocabulary.identifierLimit)"
    case .duplicateIdentifier(let identifier, let first, let second):
      "identifier \(identifier) belongs to both “\(first)” and “\(second)”; give each its own"
    case .malformedMerge: "must be two tokens: \"a b\" or [\"a\", \"b\"]"
    case .unknownToken(let token): "token “\(token)” is not in model.vocab"
    case .unknownIdentifier(let identifier):
      "identifier \(identifier) has no token; give it one or correct it"
    case .duplicateMerge: "merges a pair that an earlier entry merges; keep one"
    case .missingByteToken(let byte):
      "no token stands for byte \(byte); train with the whole byte-level alphabet"
    case .emptyAddedToken: "must not be empty"
    case .duplicateAddedToken(let token): "“\(token)” is listed twice; keep one"
    case .conflictingIdentifier(let token, let stated, let expected):
      "“\(token)” states identifier \(stated) but would be given \(expected); number it \(expected)"
    }
  }
}

extension JSON {
  /// Where and why a text is not JSON.
  public struct Malformation: Error, Hashable, Sendable {
    /// The byte at which reading stopped.
    public var offset: Int
    /// What is wrong there.
    public var reason: String
  }

  /// Reads one value that takes up a whole text (RFC 8259).
  ///
  /// - Parameter text: The text.
  /// - Throws: ``Malformation``.
  public init(parsing text: String) throws(Malformation) {
    do throws(JSONParser.Failure) {
      self = try JSONParser.parse(Array(text.utf8))
    } catch {
      throw Malformation(offset: error.offset, reason: error.reason)
    }
  }
}

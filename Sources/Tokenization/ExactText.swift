/// Text that equals other text only when both have the same UTF-8 bytes.
///
/// `String` compares by canonical equivalence, so that a precomposed and a decomposed "é" are one
/// dictionary key; in a vocabulary they are two tokens.
struct ExactText: Hashable, Sendable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (lhs: ExactText, rhs: ExactText) -> Bool {
    lhs.text.utf8.elementsEqual(rhs.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 {
      hasher.combine(byte)
    }
  }
}

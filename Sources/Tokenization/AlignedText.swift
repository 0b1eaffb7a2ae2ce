import Foundation

/// Text as the model sees it, and where each byte comes from in the text that was given.
struct AlignedText {
  private(set) var bytes: [UInt8] = []
  /// The bytes of the source that each byte comes from.
  private var origins: [Range<Int>] = []
  /// Where in the source it starts.
  private let start: Int

  /// A part of a text, as it is.
  init(_ source: [UInt8], _ range: Range<Int>) {
    start = range.lowerBound
    bytes = Array(source[range])
    origins = range.map { $0..<$0 + 1 }
  }

  private init(at start: Int) { self.start = start }

  /// Where bytes come from.
  func origin(of range: Range<Int>) -> Range<Int> {
    guard let first = range.first, let last = range.last else {
      let place = range.lowerBound < origins.count ? origins[range.lowerBound].lowerBound : start
      return place..<place
    }
    return origins[first].lowerBound..<max(origins[first].lowerBound, origins[last].upperBound)
  }

  func part(_ range: Range<Int>) -> AlignedText {
    var result = AlignedText(at: origin(of: range).lowerBound)
    result.bytes = Array(bytes[range])
    result.origins = Array(origins[range])
    return result
  }

  private mutating func append(_ new: some Sequence<UInt8>, from origin: Range<Int>) {
    for byte in new {
      bytes.append(byte)
      origins.append(origin)
    }
  }

  /// The text with a space before it.
  func prefixed() -> AlignedText {
    var result = AlignedText(at: start)
    result.append([UInt8(ascii: " ")], from: start..<start)
    result.bytes += bytes
    result.origins += origins
    return result
  }

  /// The text with ▁ for spaces.
  func withMarkedSpaces(prepends: Bool) -> AlignedText {
    var result = AlignedText(at: start)
    if prepends { result.append(Metaspace.scalar, from: start..<start) }
    for (byte, origin) in zip(bytes, origins) {
      result.append(byte == UInt8(ascii: " ") ? Metaspace.scalar : [byte], from: origin)
    }
    return result
  }

  /// The text after normalization.
  func normalized(_ normalizer: Normalizer) -> AlignedText {
    guard let changed = normalizer.changed(bytes.span) else { return self }
    guard case .nfc = normalizer else {
      if case .spaces(let prepends) = normalizer { return withMarkedSpaces(prepends: prepends) }
      return self
    }
    // No scalar is composed with one of another character, nor changes places with it.
    var result = AlignedText(at: start)
    var index = 0
    for character in String(decoding: bytes, as: UTF8.self) {
      let text = String(character)
      let range = index..<index + text.utf8.count
      index = range.upperBound
      let composed = Array(text.precomposedStringWithCanonicalMapping.utf8)
      if composed.elementsEqual(text.utf8) {
        for place in range { result.append([bytes[place]], from: origins[place]) }
      } else {
        result.append(composed, from: origin(of: range))
      }
    }
    guard result.bytes == changed else {
      var whole = AlignedText(at: start)
      whole.append(changed, from: origin(of: bytes.indices))
      return whole
    }
    return result
  }
}

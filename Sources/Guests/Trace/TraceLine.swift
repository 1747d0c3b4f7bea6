/// A place in a line of a trace, and the fields that are read from there on.
struct TraceLine {
  let bytes: [UInt8]
  let range: Range<Int>
  var index: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    // A line may end as those of other systems do.
    let end = range.upperBound
    let hasReturn = !range.isEmpty && bytes[end - 1] == UInt8(ascii: "\r")
    self.range = range.lowerBound..<(hasReturn ? end - 1 : end)
    index = range.lowerBound
  }

  var isAtEnd: Bool { index == range.upperBound }

  mutating func skipSpaces() {
    while index < range.upperBound, Self.isSpace(bytes[index]) { index += 1 }
  }

  /// The next field: bytes without a space.
  mutating func field() -> Range<Int>? {
    skipSpaces()
    let start = index
    while index < range.upperBound, !Self.isSpace(bytes[index]) { index += 1 }
    return start == index ? nil : start..<index
  }

  /// The number that hexadecimal digits write, with or without `0x`.
  func hexadecimal(_ field: Range<Int>) -> UInt64? {
    var start = field.lowerBound
    if field.count > 2, bytes[start] == UInt8(ascii: "0"), bytes[start + 1] | 0x20 == 0x78 {
      start += 2
    }
    guard start < field.upperBound else { return nil }
    var number: UInt64 = 0
    for index in start..<field.upperBound {
      guard let digit = Self.digit(bytes[index]), number < 1 << 60 else { return nil }
      number = number << 4 | digit
    }
    return number
  }

  /// The number that decimal digits write.
  func decimal(_ field: Range<Int>) -> UInt64? {
    guard field.count < 19, !field.isEmpty else { return nil }
    var number: UInt64 = 0
    for byte in bytes[field] {
      guard 0x30...0x39 ~= byte else { return nil }
      number = number * 10 + UInt64(byte - 0x30)
    }
    return number
  }

  /// Whether the bytes hold a word somewhere.
  func holds(_ word: StaticString, in field: Range<Int>) -> Bool {
    let word = Array("\(word)".utf8)
    guard field.count >= word.count else { return false }
    return (field.lowerBound...field.upperBound - word.count).contains { start in
      bytes[start..<start + word.count].elementsEqual(word)
    }
  }

  /// The refusal of what stands at a place.
  func problem(at place: Int, _ right: String) -> TraceProblem {
    var end = place
    while end < range.upperBound, !Self.isSpace(bytes[end]) { end += 1 }
    // What a terminal would obey is not shown to it.
    var shown = String.UnicodeScalarView()
    for scalar in String(decoding: bytes[place..<min(end, place + 40)], as: UTF8.self)
      .unicodeScalars
    {
      let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
      shown.append(isControl ? "\u{fffd}" : scalar)
    }
    let found = shown.isEmpty ? "The line ends here" : "Here is “\(String(shown))”"
    return TraceProblem(column: place - range.lowerBound + 1, message: "\(found): \(right).")
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x41...0x46, 0x61...0x66: UInt64((byte | 0x20) - 0x61 + 10)
    default: nil
    }
  }
}

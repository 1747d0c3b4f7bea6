internal import Records

/// A text's lines, to turn a count of characters into a line and a column in bytes.
struct TextLines {
  private let bytes: [UInt8]
  /// The last character that was asked for, and where it is: events come in order.
  private var character = 0
  private var offset = 0
  private var line = 1
  private var lineStart = 0

  /// A text of valid UTF-8.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where a character is, counted from 0.
  mutating func position(ofCharacter wanted: Int) -> TextPosition {
    if wanted < character { (character, offset, line, lineStart) = (0, 0, 1, 0) }
    while character < wanted, offset < bytes.count { advance() }
    return TextPosition(line: line, column: offset - lineStart + 1)
  }

  /// Where a byte is, counted from 0.
  mutating func position(ofByte wanted: Int) -> TextPosition {
    (character, offset, line, lineStart) = (0, 0, 1, 0)
    while offset < wanted, offset < bytes.count { advance() }
    return TextPosition(line: line, column: offset - lineStart + 1)
  }

  /// Whether white space with a tab in it starts the line of the position last asked for.
  var isIndentedByTab: Bool {
    bytes[lineStart...].prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
  }

  /// Where the first tab of that line is.
  var firstTab: TextPosition {
    let before = bytes[lineStart...].prefix { $0 != 0x09 }.count
    return TextPosition(line: line, column: before + 1)
  }

  private mutating func advance() {
    let byte = bytes[offset]
    offset += 1
    character += 1
    if byte == 0x0a || (byte == 0x0d && !(offset < bytes.count && bytes[offset] == 0x0a)) {
      line += 1
      lineStart = offset
    } else {
      while offset < bytes.count, bytes[offset] & 0xc0 == 0x80 { offset += 1 }
    }
  }
}

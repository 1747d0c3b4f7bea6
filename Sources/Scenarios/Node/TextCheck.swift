internal import Records

/// Refuses what no file of text holds, before YAML looks at it.
enum TextCheck {
  /// The text without a byte order mark.
  static func check(_ bytes: [UInt8]) throws(NodeError) -> [UInt8] {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw NodeError(.utf16, at: TextPosition(line: 1, column: 1))
    }
    let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    guard let (offset, problem) = firstProblem(text) else { return text }
    var lines = TextLines(text)
    throw NodeError(problem, at: lines.position(ofByte: offset))
  }

  private static func firstProblem(_ text: [UInt8]) -> (Int, NodeError.Problem)? {
    var offset = 0
    while offset < text.count {
      let byte = text[offset]
      if byte < 0x80 {
        if byte < 0x20 ? !(byte == 0x09 || byte == 0x0a || byte == 0x0d) : byte == 0x7f {
          return (offset, .controlCharacter(UInt32(byte)))
        }
        offset += 1
        continue
      }
      guard let (character, length) = multibyte(text, at: offset) else {
        return (offset, .notUTF8(byte))
      }
      switch character {
      // What YAML does not print, and what YAML 1.1 alone takes for the end of a line.
      case 0x80...0x9f, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
        return (offset, .controlCharacter(character))
      default: offset += length
      }
    }
    return nil
  }

  /// The character of several bytes at an offset (Unicode 15, table 3-7), if they are one.
  private static func multibyte(_ text: [UInt8], at offset: Int) -> (UInt32, Int)? {
    let first = text[offset]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    case 0xf1...0xf3: length = 4
    default: return nil
    }
    guard offset + length <= text.count, second ~= text[offset + 1] else { return nil }
    var character = UInt32(first) & (0x7f >> UInt32(length))
    for byte in text[offset + 1..<offset + length] {
      guard byte & 0xc0 == 0x80 else { return nil }
      character = character << 6 | UInt32(byte & 0x3f)
    }
    return (character, length)
  }
}

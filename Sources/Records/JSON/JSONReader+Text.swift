extension JSONReader {
  /// The string that a text writes.
  public func string(of text: JSONText) -> String {
    String(decoding: unescapedBytes(of: text), as: UTF8.self)
  }

  /// The string that a text writes, as UTF-8.
  public func unescapedBytes(of text: JSONText) -> [UInt8] {
    if text.isPlain { return Array(bytes[text.range]) }
    var result: [UInt8] = []
    result.reserveCapacity(text.range.count)
    var index = text.range.lowerBound
    while index < text.range.upperBound {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0c)
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        // The scan has checked the digits, and that surrogates come in pairs.
        var scalar = UInt32(hexUnit(at: index) ?? 0)
        index += 4
        if scalar & 0xfc00 == 0xd800 {
          let low = UInt32(hexUnit(at: index + 2) ?? 0)
          scalar = 0x1_0000 + (scalar & 0x3ff) << 10 + low & 0x3ff
          index += 6
        }
        result.append(contentsOf: String(UnicodeScalar(scalar) ?? "\u{fffd}").utf8)
      default: result.append(escape)
      }
    }
    return result
  }

  /// Reads a string, whose opening quote is the next byte.
  mutating func scanText() throws(JSONError) -> JSONText {
    let opening = offset
    offset += 1
    let start = offset
    var isPlain = true
    var hash = JSONText.emptyHash
    while offset < end {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        let range = start..<offset
        offset += 1
        return JSONText(range: range, isPlain: isPlain, hash: hash)
      }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        try scanEscape()
      } else if byte < 0x20 {
        throw JSONError(.controlCharacter(byte), at: offset)
      } else if byte < 0x80 {
        hash = JSONText.hash(hash, byte)
        offset += 1
      } else {
        try scanMultibyte(byte)
      }
    }
    throw JSONError(.ends(expected: "the quote that closes a string"), at: opening)
  }

  /// Checks an escape, whose backslash is the next byte.
  private mutating func scanEscape() throws(JSONError) {
    let backslash = offset
    guard offset + 1 < end else { throw JSONError(.ends(expected: "an escape"), at: backslash) }
    let escape = bytes[offset + 1]
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      offset += 2
    case UInt8(ascii: "u"):
      guard let unit = hexUnit(at: offset + 2) else {
        throw JSONError(.badHexEscape, at: backslash)
      }
      offset += 6
      guard unit & 0xf800 == 0xd800 else { return }
      guard unit & 0xfc00 == 0xd800, offset + 1 < end, bytes[offset] == UInt8(ascii: "\\"),
        bytes[offset + 1] == UInt8(ascii: "u"), let low = hexUnit(at: offset + 2),
        low & 0xfc00 == 0xdc00
      else { throw JSONError(.loneSurrogate(unit), at: backslash) }
      offset += 6
    default:
      throw JSONError(.unknownEscape(escape), at: backslash)
    }
  }

  /// The number that four hexadecimal digits at a byte write.
  private func hexUnit(at start: Int) -> UInt16? {
    guard start + 4 <= end else { return nil }
    var unit: UInt16 = 0
    for index in start..<start + 4 {
      guard let digit = HexDigit.value(of: bytes[index]) else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// Checks a character of two to four bytes: Unicode 15, table 3-7.
  private mutating func scanMultibyte(_ first: UInt8) throws(JSONError) {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0:
      length = 3
      second = 0xa0...0xbf
    case 0xed:
      length = 3
      second = 0x80...0x9f
    case 0xe1...0xef: length = 3
    case 0xf0:
      length = 4
      second = 0x90...0xbf
    case 0xf1...0xf3: length = 4
    case 0xf4:
      length = 4
      second = 0x80...0x8f
    default: throw JSONError(.notUTF8, at: offset)
    }
    guard offset + length <= end, second.contains(bytes[offset + 1]) else {
      throw JSONError(.notUTF8, at: offset)
    }
    for index in offset + 2..<max(offset + 2, offset + length) {
      guard bytes[index] & 0xc0 == 0x80 else { throw JSONError(.notUTF8, at: offset) }
    }
    offset += length
  }
}

/// Which texts stand in YAML without quotes.
enum PlainText {
  /// Whether a text, bare, is read back as it is, in a block or in brackets.
  ///
  /// Narrower than YAML: letters and digits first, and no character that means something somewhere.
  static func canStandBare(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let isNumberStart = first == UInt8(ascii: "-") && text.utf8.count > 1
    guard isWord(first) || first >= 0x80 || first == UInt8(ascii: "/") || isNumberStart else {
      return false
    }
    if isNumberStart {
      guard let second = text.utf8.dropFirst().first, 0x30...0x39 ~= second else { return false }
    }
    guard last != 0x20, last != UInt8(ascii: ":") else { return false }
    return text.unicodeScalars.allSatisfy { character in
      guard character.isASCII else {
        return isPrintable(character) && !character.properties.isWhitespace
      }
      return isWord(UInt8(character.value)) || " +-./%()".unicodeScalars.contains(character)
    }
  }

  /// Whether YAML 1.1 or 1.2 finds a number, a truth value, nothing or a date in a bare text.
  static func isTakenForOther(_ text: String) -> Bool {
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", ""]
    if words.contains(text.lowercased()) { return true }
    // Every number and date begins with a digit, a sign or a point.
    guard let first = text.utf8.first else { return true }
    return 0x30...0x39 ~= first || first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
      || first == UInt8(ascii: ".")
  }

  /// Whether a character may stand in a file as it is.
  static func isPrintable(_ character: Unicode.Scalar) -> Bool {
    switch character.value {
    case 0x20...0x7e, 0xa0...0x2027, 0x202a...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd,
      0x10000...0x10ffff:
      true
    default: false
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

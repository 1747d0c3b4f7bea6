/// Why a text is not the JSON that was looked for, and at which byte.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Sendable, Hashable {
    /// The text ends where something else was due.
    case ends(expected: String)
    /// A byte stands where something else was due.
    case found(UInt8, expected: String)
    /// A value of one kind stands where another was due.
    case wrongKind(JSONKind, expected: String)
    /// The bytes are not UTF-8.
    case notUTF8
    /// A control character stands in a string.
    case controlCharacter(UInt8)
    /// The character after a backslash is not one of JSON's.
    case unknownEscape(UInt8)
    /// The four digits after `\u` are not hexadecimal.
    case badHexEscape
    /// Half of a surrogate pair stands alone.
    case loneSurrogate(UInt16)
    /// A number starts with a zero that has digits behind it.
    case leadingZero
    /// Arrays and objects are nested deeper than the reader follows.
    case tooDeep(limit: Int)
    /// A key is there twice.
    case duplicateKey(String)
  }

  /// What is wrong.
  public let problem: Problem
  /// The byte of the text at which it is wrong, counted from 0.
  public let offset: Int

  /// A problem at a byte.
  public init(_ problem: Problem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }

  /// The problem as a sentence.
  public var description: String {
    switch problem {
    case .ends(let expected):
      "The text ends where \(expected) was expected."
    case .found(let byte, let expected):
      "Found \(Self.name(byte)) where \(expected) was expected."
    case .wrongKind(let kind, let expected):
      "Found \(kind) where \(expected) was expected."
    case .notUTF8:
      "The text is not UTF-8 here."
    case .controlCharacter(let byte):
      "A string holds \(Self.name(byte)); control characters must be escaped."
    case .unknownEscape(let byte):
      "A backslash stands before \(Self.name(byte)), which is no escape of JSON."
    case .badHexEscape:
      "The escape \\u must be followed by four hexadecimal digits."
    case .loneSurrogate(let unit):
      "The escape \\u\(Self.hex(UInt64(unit), digits: 4)) is half of a surrogate pair, alone."
    case .leadingZero:
      "A number must not start with a zero that has digits behind it."
    case .tooDeep(let limit):
      "Arrays and objects are nested deeper than \(limit)."
    case .duplicateKey(let key):
      "The key “\(key)” is there twice."
    }
  }

  private static func name(_ byte: UInt8) -> String {
    switch byte {
    case 0x0a: "a line's end"
    case 0x21...0x7e: "“\(Character(UnicodeScalar(byte)))”"
    case 0x20: "a space"
    case 0x09: "a tab"
    default: "the byte 0x\(hex(UInt64(byte), digits: 2))"
    }
  }

  private static func hex(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}

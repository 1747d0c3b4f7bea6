public import Records

/// Why a file can't be read at all, and where.
public struct NodeError: Error, Sendable, Hashable {
  /// What is wrong.
  public enum Problem: Sendable, Hashable {
    /// The file holds more bytes than are read.
    case tooLarge(bytes: Int, limit: Int)
    /// A byte is not UTF-8.
    case notUTF8(UInt8)
    /// The file is in UTF-16.
    case utf16
    /// A character that no text holds.
    case controlCharacter(UInt32)
    /// A tab stands where a line is indented.
    case tab
    /// The file holds nothing but white space and comments.
    case empty
    /// A second document begins.
    case secondDocument
    /// A node has an anchor, or stands for another one.
    case anchor
    /// A node has a tag.
    case tag
    /// A key is a mapping or a list.
    case keyNotScalar
    /// A key is there twice.
    case duplicateKey(String, first: TextPosition)
    /// The key of YAML 1.1 that merges another mapping.
    case mergeKey
    /// Nodes are nested deeper than the reader follows.
    case tooDeep(limit: Int)
    /// There are more nodes than are read.
    case tooManyNodes(limit: Int)
    /// The text breaks a rule of YAML.
    case syntax(String)
    /// The parser found no memory.
    case noMemory
  }

  /// What is wrong.
  public let problem: Problem
  /// Where it is wrong.
  public let position: TextPosition

  /// A problem at a place.
  public init(_ problem: Problem, at position: TextPosition) {
    self.problem = problem
    self.position = position
  }
}

extension NodeError: CustomStringConvertible {
  /// What was found, and what would be right.
  public var description: String {
    switch problem {
    case .tooLarge(let bytes, let limit):
      "the file holds \(bytes) bytes; at most \(limit) are read"
    case .notUTF8(let byte):
      "byte \(Self.hex(UInt32(byte))) is not UTF-8; save the file in UTF-8"
    case .utf16:
      "the file is in UTF-16; save it in UTF-8"
    case .controlCharacter(0):
      "a NUL byte stands in the text; a file of text has none"
    case .controlCharacter(let character):
      "character U+\(Self.hex(character).dropFirst(2)) stands in the text; "
        + "write it as an escape in double quotes, or leave it out"
    case .tab:
      "a tab indents the line; indent with spaces"
    case .empty:
      "the file is empty; it must hold a mapping of keys"
    case .secondDocument:
      "a second document begins; a file holds one"
    case .anchor:
      "an anchor or alias (“&” or “*”) stands here; "
        + "write the value out, or quote it if it is a text"
    case .tag:
      "a tag (“!”) stands here; write the value without it, or quote it if it is a text"
    case .keyNotScalar:
      "a list or mapping stands as a key; a key is a word"
    case .duplicateKey(let key, let first):
      "“\(key)” is there a second time, after line \(first.line); keep one of them"
    case .mergeKey:
      "“<<” would merge another mapping; write its keys out"
    case .tooDeep(let limit):
      "the nodes are nested more than \(limit) deep; no file needs that"
    case .tooManyNodes(let limit):
      "there are more than \(limit) values; no file needs that"
    case .syntax(let sentence): sentence
    case .noMemory: "there is no memory to read the file; free some"
    }
  }

  private static func hex(_ number: UInt32) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: max(0, 2 - digits.count)) + digits
  }
}

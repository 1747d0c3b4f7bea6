/// Reads JSON (RFC 8259) from bytes in place: it moves over the text and hands out what it meets.
///
/// Nothing is allocated for a value. The caller drives it: it asks for the kind of value that should
/// come next, and an error says what came instead. What the caller does not name it can pass over
/// with ``skip()``, which checks it all the same.
public struct JSONReader: Sendable {
  /// The text, and perhaps more around it.
  public let bytes: [UInt8]
  /// The byte that is read next.
  public internal(set) var offset: Int
  /// Where the text ends in the bytes.
  let end: Int
  /// How deep arrays and objects may be nested.
  let depthLimit: Int
  private var depth = 0
  /// Whether the container that was entered last has not been read from yet.
  private var isAtStart = false

  /// A reader of the bytes, or of a range of them.
  ///
  /// - Precondition: the range lies within the bytes.
  public init(_ bytes: [UInt8], in range: Range<Int>? = nil, depthLimit: Int = 64) {
    let range = range ?? 0..<bytes.count
    precondition(
      range.lowerBound >= 0 && range.upperBound <= bytes.count, "the range is not of these bytes")
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
    self.depthLimit = depthLimit
  }

  /// The line and column of a byte, when the text starts at byte `start` on a line of this number.
  public func position(of offset: Int, start: Int = 0, firstLine: Int = 1) -> TextPosition {
    var line = firstLine
    var lineStart = start
    for index in start..<max(start, min(offset, end)) where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return TextPosition(line: line, column: offset - lineStart + 1)
  }

  // MARK: Structure

  /// The kind of the value that comes next.
  public mutating func kind() throws(JSONError) -> JSONKind {
    let byte = try next(expected: "a value")
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw JSONError(.found(byte, expected: "a value"), at: offset)
    }
  }

  /// Goes into an object, whose keys ``nextKey()`` hands out.
  public mutating func enterObject(expected: String = "an object") throws(JSONError) {
    try enter(.object, expected: expected)
  }

  /// The next key of the object, with the reader at its value; nothing where the object ends.
  public mutating func nextKey() throws(JSONError) -> JSONText? {
    if isAtStart {
      isAtStart = false
      let byte = try next(expected: "a key or “}”")
      if byte == UInt8(ascii: "}") {
        leave()
        return nil
      }
      guard byte == UInt8(ascii: "\"") else {
        throw JSONError(.found(byte, expected: "a key or “}”"), at: offset)
      }
    } else {
      let byte = try next(expected: "“,” or “}”")
      if byte == UInt8(ascii: "}") {
        leave()
        return nil
      }
      guard byte == UInt8(ascii: ",") else {
        throw JSONError(.found(byte, expected: "“,” or “}”"), at: offset)
      }
      offset += 1
      let quote = try next(expected: "a key")
      guard quote == UInt8(ascii: "\"") else {
        throw JSONError(.found(quote, expected: "a key"), at: offset)
      }
    }
    let key = try scanText()
    let colon = try next(expected: "“:”")
    guard colon == UInt8(ascii: ":") else {
      throw JSONError(.found(colon, expected: "“:”"), at: offset)
    }
    offset += 1
    return key
  }

  /// Goes into an array, whose elements ``nextElement()`` announces.
  public mutating func enterArray(expected: String = "an array") throws(JSONError) {
    try enter(.array, expected: expected)
  }

  /// Whether the array goes on, with the reader at its next element.
  public mutating func nextElement() throws(JSONError) -> Bool {
    let isFirst = isAtStart
    isAtStart = false
    let expected = isFirst ? "a value or “]”" : "“,” or “]”"
    let byte = try next(expected: expected)
    if byte == UInt8(ascii: "]") {
      leave()
      return false
    }
    if isFirst { return true }
    guard byte == UInt8(ascii: ",") else {
      throw JSONError(.found(byte, expected: expected), at: offset)
    }
    offset += 1
    return true
  }

  /// Checks that nothing but white space is left.
  public mutating func finish() throws(JSONError) {
    passSpace()
    guard offset == end else {
      throw JSONError(.found(bytes[offset], expected: "the end of the text"), at: offset)
    }
  }

  // MARK: Values

  /// Reads a string.
  public mutating func string(expected: String = "a string") throws(JSONError) -> JSONText {
    try expect(.string, expected)
    return try scanText()
  }

  /// Reads a number.
  public mutating func number(expected: String = "a number") throws(JSONError) -> JSONNumber {
    try expect(.number, expected)
    return try scanNumber()
  }

  /// Reads `true` or `false`.
  public mutating func boolean(expected: String = "true or false") throws(JSONError) -> Bool {
    try expect(.boolean, expected)
    let isTrue = bytes[offset] == UInt8(ascii: "t")
    try word(isTrue ? "true" : "false")
    return isTrue
  }

  /// Reads `null`.
  public mutating func null(expected: String = "null") throws(JSONError) {
    try expect(.null, expected)
    try word("null")
  }

  /// Passes over a value of any kind, and checks it on the way.
  public mutating func skip() throws(JSONError) {
    switch try kind() {
    case .string: _ = try scanText()
    case .number: _ = try scanNumber()
    case .boolean: _ = try boolean()
    case .null: try null()
    case .array:
      try enterArray()
      while try nextElement() { try skip() }
    case .object:
      try enterObject()
      while try nextKey() != nil { try skip() }
    }
  }

  // MARK: Inside

  private mutating func expect(_ kind: JSONKind, _ expected: String) throws(JSONError) {
    let found = try self.kind()
    guard found == kind else { throw JSONError(.wrongKind(found, expected: expected), at: offset) }
  }

  private mutating func enter(_ kind: JSONKind, expected: String) throws(JSONError) {
    try expect(kind, expected)
    guard depth < depthLimit else { throw JSONError(.tooDeep(limit: depthLimit), at: offset) }
    depth += 1
    offset += 1
    isAtStart = true
  }

  private mutating func leave() {
    depth -= 1
    offset += 1
  }

  private mutating func word(_ word: String) throws(JSONError) {
    for expected in word.utf8 {
      guard offset < end else { throw JSONError(.ends(expected: "“\(word)”"), at: offset) }
      guard bytes[offset] == expected else {
        throw JSONError(.found(bytes[offset], expected: "“\(word)”"), at: offset)
      }
      offset += 1
    }
  }

  /// The next byte that is not white space, left unread.
  @inline(__always)
  private mutating func next(expected: @autoclosure () -> String) throws(JSONError) -> UInt8 {
    passSpace()
    guard offset < end else { throw JSONError(.ends(expected: expected()), at: offset) }
    return bytes[offset]
  }

  @inline(__always)
  private mutating func passSpace() {
    while offset < end {
      let byte = bytes[offset]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else {
        return
      }
      offset += 1
    }
  }
}

internal import Records

/// Reads an XML text (XML 1.0, without a document type) into elements, strictly and within bounds.
///
/// What libvirt writes needs elements, attributes, text, comments and the five entities. The rest of
/// XML, document types above all, is where readers of XML come to harm, and is refused.
public struct XMLReader {
  /// How large a text may be.
  enum Limits {
    static let bytes = 16 << 20
    static let depth = 64
    static let nodes = 200_000
    static let attributes = 256
  }

  private let bytes: [UInt8]
  private var offset = 0
  private var nodes = 0
  /// The last line that a place was asked on, so that no text is searched from its start each time.
  private var line = (number: 1, start: 0, searched: 0)

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The element at the top of a text, or what is wrong with it.
  public static func read(_ bytes: [UInt8], name: String) throws(ImportError) -> XMLElement {
    var reader = Self(bytes)
    do throws(XMLProblem) {
      return try reader.document()
    } catch {
      throw ImportError(
        ImportProblem(error.description, in: name, at: reader.position(of: reader.offset)))
    }
  }

  private mutating func document() throws(XMLProblem) -> XMLElement {
    guard bytes.count <= Limits.bytes else { throw .tooLarge(bytes.count) }
    try checkCharacters()
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { offset = 3 }
    if startsWith("<?xml"), isSpace(offset + 5) { try declaration() }
    var root: XMLElement?
    while true {
      passSpace()
      guard offset < bytes.count else { break }
      if try passComment() { continue }
      guard bytes[offset] == UInt8(ascii: "<") else { throw .textOutside }
      if startsWith("<!") { throw .documentType }
      guard root == nil else { throw .secondRoot }
      root = try tree()
    }
    guard let root else { throw .ends(expected: "an element") }
    return root
  }

  /// An element with everything in it; without recursion, so that its depth is bounded here.
  private mutating func tree() throws(XMLProblem) -> XMLElement {
    var open: [XMLElement] = []
    while true {
      guard offset < bytes.count else {
        throw .ends(expected: "“</\(open.last?.name ?? "")>”")
      }
      if bytes[offset] != UInt8(ascii: "<") {
        let text = try text(until: UInt8(ascii: "<"))
        open[open.count - 1].text += text
        continue
      }
      if try passComment() { continue }
      if startsWith("<![CDATA[") {
        guard !open.isEmpty else { throw .textOutside }
        offset += 9
        let start = offset
        try pass(through: "]]>")
        open[open.count - 1].text += string(start..<offset - 3)
        continue
      }
      if startsWith("<!") { throw .documentType }
      var finished: XMLElement
      if startsWith("</") {
        let start = offset
        offset += 2
        let closed = try name()
        guard let element = open.last, element.name == closed else {
          offset = start
          throw .mismatch(opened: open.last?.name ?? "", closed: closed)
        }
        passSpace()
        try expect(">")
        finished = element
        open.removeLast()
      } else {
        let (element, isEmpty) = try tag()
        guard isEmpty else {
          guard open.count < Limits.depth else { throw .tooDeep }
          open.append(element)
          continue
        }
        finished = element
      }
      guard !open.isEmpty else { return finished }
      open[open.count - 1].children.append(finished)
    }
  }

  /// An opening tag, and whether it closes itself.
  private mutating func tag() throws(XMLProblem) -> (XMLElement, isEmpty: Bool) {
    let position = position(of: offset)
    try count()
    offset += 1
    let name = try name()
    var attributes: [XMLElement.Attribute] = []
    while true {
      let hadSpace = passSpace()
      guard offset < bytes.count else { throw .ends(expected: "“>”") }
      if startsWith("/>") {
        offset += 2
        return (XMLElement(name: name, position: position, attributes: attributes), true)
      }
      if bytes[offset] == UInt8(ascii: ">") {
        offset += 1
        return (XMLElement(name: name, position: position, attributes: attributes), false)
      }
      guard hadSpace else { throw .found(found(), expected: "a space or “>”") }
      try count()
      let start = offset
      let key = try self.name()
      guard attributes.count < Limits.attributes else { throw .tooManyNodes }
      guard !attributes.contains(where: { $0.name == key }) else {
        offset = start
        throw .duplicateAttribute(key)
      }
      passSpace()
      try expect("=")
      passSpace()
      guard offset < bytes.count else { throw .ends(expected: "a quote") }
      let quote = bytes[offset]
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
        throw .found(found(), expected: "a quote")
      }
      offset += 1
      let value = try text(until: quote)
      guard offset < bytes.count else { throw .ends(expected: "the closing quote") }
      offset += 1
      attributes.append(XMLElement.Attribute(name: key, value: value))
    }
  }

  /// Text with its references, up to a byte that is left unread, or to the end.
  private mutating func text(until stop: UInt8) throws(XMLProblem) -> String {
    let inAttribute = stop != UInt8(ascii: "<")
    var result: [UInt8] = []
    while offset < bytes.count, bytes[offset] != stop {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "&") {
        try reference(into: &result)
        continue
      }
      if inAttribute, byte == UInt8(ascii: "<") {
        throw .found("“<” in a value", expected: "“&lt;”")
      }
      if !inAttribute, startsWith("]]>") { throw .found("“]]>” in text", expected: "“]]&gt;”") }
      // White space of a value counts as spaces (XML 1.0, 3.3.3); a line's end is one byte (2.11).
      if byte == 0x0d {
        if offset + 1 >= bytes.count || bytes[offset + 1] != 0x0a {
          result.append(inAttribute ? 0x20 : 0x0a)
        }
      } else if inAttribute, byte == 0x0a || byte == 0x09 {
        result.append(0x20)
      } else {
        result.append(byte)
      }
      offset += 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func reference(into result: inout [UInt8]) throws(XMLProblem) {
    let start = offset
    guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
      throw .found("“&”", expected: "“&amp;” or a reference with its “;”")
    }
    let name = string(start + 1..<end)
    switch name {
    case "lt": result.append(UInt8(ascii: "<"))
    case "gt": result.append(UInt8(ascii: ">"))
    case "amp": result.append(UInt8(ascii: "&"))
    case "quot": result.append(UInt8(ascii: "\""))
    case "apos": result.append(UInt8(ascii: "'"))
    default:
      guard name.first == "#" else { throw .unknownEntity(name) }
      let isHex = name.hasPrefix("#x")
      let digits = name.dropFirst(isHex ? 2 : 1)
      guard digits.first != "+", digits.first != "-",
        let number = UInt32(digits, radix: isHex ? 16 : 10),
        let scalar = UnicodeScalar(number), Self.isAllowed(number)
      else { throw .badReference }
      result.append(contentsOf: String(scalar).utf8)
    }
    offset = end + 1
  }

  private mutating func name() throws(XMLProblem) -> String {
    let start = offset
    while offset < bytes.count, Self.isName(bytes[offset], first: offset == start) { offset += 1 }
    guard offset > start else {
      guard offset < bytes.count else { throw .ends(expected: "a name") }
      throw .found(found(), expected: "a name")
    }
    return string(start..<offset)
  }

  /// The declaration at the front, which may name no encoding but UTF-8.
  private mutating func declaration() throws(XMLProblem) {
    let start = offset
    try pass(through: "?>")
    let text = string(start..<offset)
    guard let range = text.firstRange(of: "encoding") else { return }
    let value = text[range.upperBound...].drop { " =\t\r\n".contains($0) }
    let name = value.dropFirst().prefix { $0 != "\"" && $0 != "'" }
    guard ["utf-8", "us-ascii"].contains(name.lowercased()) else {
      offset = start
      throw .otherEncoding(String(name.prefix(40)))
    }
  }

  /// Passes over a comment or a processing instruction, if one comes next.
  private mutating func passComment() throws(XMLProblem) -> Bool {
    if startsWith("<!--") {
      let start = offset
      offset += 4
      try pass(through: "--")
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: ">") else {
        offset = start
        throw .found("“--” inside a comment", expected: "“-->” at its end")
      }
      offset += 1
      return true
    }
    if startsWith("<?") {
      guard !startsWith("<?xml") || !isSpace(offset + 5) else {
        throw .found("a declaration", expected: "at the front of the text")
      }
      try pass(through: "?>")
      return true
    }
    return false
  }

  // MARK: Bytes

  private mutating func pass(through end: StaticString) throws(XMLProblem) {
    let start = offset
    while offset < bytes.count {
      if startsWith(end) {
        offset += end.utf8CodeUnitCount
        return
      }
      offset += 1
    }
    offset = start
    throw .ends(expected: "“\(end)”")
  }

  private mutating func expect(_ text: StaticString) throws(XMLProblem) {
    guard offset < bytes.count else { throw .ends(expected: "“\(text)”") }
    guard startsWith(text) else { throw .found(found(), expected: "“\(text)”") }
    offset += text.utf8CodeUnitCount
  }

  private mutating func count() throws(XMLProblem) {
    nodes += 1
    guard nodes <= Limits.nodes else { throw .tooManyNodes }
  }

  @discardableResult
  private mutating func passSpace() -> Bool {
    let start = offset
    while isSpace(offset) { offset += 1 }
    return offset > start
  }

  private func isSpace(_ index: Int) -> Bool {
    guard index < bytes.count else { return false }
    let byte = bytes[index]
    return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
  }

  private func startsWith(_ text: StaticString) -> Bool {
    let wanted = text.description.utf8
    return offset + wanted.count <= bytes.count
      && bytes[offset..<offset + wanted.count].elementsEqual(wanted)
  }

  private func found() -> String {
    let byte = bytes[offset]
    return 0x21...0x7e ~= byte ? "“\(Character(UnicodeScalar(byte)))”" : "byte \(byte)"
  }

  private func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  private mutating func position(of offset: Int) -> TextPosition {
    if offset < line.searched { line = (1, 0, 0) }
    while line.searched < min(offset, bytes.count) {
      line.searched += 1
      if bytes[line.searched - 1] == 0x0a { line = (line.number + 1, line.searched, line.searched) }
    }
    return TextPosition(line: line.number, column: offset - line.start + 1)
  }

  private static func isName(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...0xff:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !first
    default: false
    }
  }

  /// The characters of XML 1.0, 2.2.
  private static func isAllowed(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x9, 0xa, 0xd, 0x20...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
    default: false
    }
  }

  private mutating func checkCharacters() throws(XMLProblem) {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var place = 0
    while true {
      switch decoder.decode(&iterator) {
      case .emptyInput: return
      case .error:
        offset = place
        throw .notUTF8
      case .scalarValue(let scalar):
        guard Self.isAllowed(scalar.value) else {
          offset = place
          throw .controlCharacter
        }
        place += UTF8.width(scalar)
      }
    }
  }
}

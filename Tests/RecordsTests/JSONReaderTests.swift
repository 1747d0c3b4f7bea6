import Records
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
  @Test(
    "What RFC 8259 allows is passed over",
    arguments: [
      "null", "true", "false", "0", "-0", "1.5e+3", "1E-2", "18446744073709551616", #""""#,
      " \t\r\n[ ] ", "{}", "[1,[2,[]],{}]", #"{"a":{"b":[null,true]},"c":"d"}"#,
      #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, #""é€😀""#, #""\#u{7f}\#u{10ffff}""#,
    ])
  func accepts(text: String) throws {
    var reader = JSONReader(Array(text.utf8))
    try reader.skip()
    try reader.finish()
  }

  @Test(
    "What it does not allow is refused at its byte",
    arguments: [
      ("▸", "The text ends where a value was expected."),
      ("  ▸x", "Found “x” where a value was expected."),
      ("nul▸", "The text ends where “null” was expected."),
      ("nu▸x", "Found “x” where “null” was expected."),
      ("tru▸É", "Found the byte 0xc3 where “true” was expected."),
      ("1 ▸2", "Found “2” where the end of the text was expected."),
      ("▸+1", "Found “+” where a value was expected."),
      ("▸.5", "Found “.” where a value was expected."),
      ("▸01", "A number must not start with a zero that has digits behind it."),
      ("-▸", "The text ends where a digit was expected."),
      ("-▸x", "Found “x” where a digit was expected."),
      ("1.▸", "The text ends where a digit was expected."),
      ("1.▸e5", "Found “e” where a digit was expected."),
      ("1e+▸]", "Found “]” where a digit was expected."),
      ("[▸", "The text ends where a value or “]” was expected."),
      ("[1,▸]", "Found “]” where a value was expected."),
      ("[▸,1]", "Found “,” where a value was expected."),
      ("[1 ▸2]", "Found “2” where “,” or “]” was expected."),
      ("[1▸}", "Found “}” where “,” or “]” was expected."),
      ("{▸", "The text ends where a key or “}” was expected."),
      ("{▸1:2}", "Found “1” where a key or “}” was expected."),
      (#"{"a" ▸2}"#, "Found “2” where “:” was expected."),
      (#"{"a":▸}"#, "Found “}” where a value was expected."),
      (#"{"a":1,▸}"#, "Found “}” where a key was expected."),
      (#"{"a":1 ▸"b":2}"#, "Found “\"” where “,” or “}” was expected."),
      (#"{"a":1▸]"#, "Found “]” where “,” or “}” was expected."),
      (#"▸"abc"#, "The text ends where the quote that closes a string was expected."),
      ("\"a▸\tb\"", "A string holds a tab; control characters must be escaped."),
      ("\"a▸\nb\"", "A string holds a line's end; control characters must be escaped."),
      ("\"▸\u{0}\"", "A string holds the byte 0x00; control characters must be escaped."),
      (#""▸\x""#, "A backslash stands before “x”, which is no escape of JSON."),
      (#""▸\u12g4""#, "The escape \\u must be followed by four hexadecimal digits."),
      (#""▸\u12"#, "The escape \\u must be followed by four hexadecimal digits."),
      (#""▸\"#, "The text ends where an escape was expected."),
      (#""▸\ud83d""#, "The escape \\ud83d is half of a surrogate pair, alone."),
      (#""▸\ud83d\u0041""#, "The escape \\ud83d is half of a surrogate pair, alone."),
      (#""▸\ude00""#, "The escape \\ude00 is half of a surrogate pair, alone."),
    ])
  func refuses(text: String, sentence: String) throws {
    let marked = MarkedText(text)
    let error = #expect(throws: JSONError.self) {
      var reader = JSONReader(marked.bytes)
      try reader.skip()
      try reader.finish()
    }
    #expect(error?.offset == marked.marks.first)
    #expect(error?.description == sentence)
  }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [
      [0x80], [0xc0, 0xaf], [0xc1, 0x81], [0xc3], [0xc3, 0x41], [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xe2, 0x82, 0x41], [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xff],
    ] as [[UInt8]])
  func refusesBytes(bytes: [UInt8]) throws {
    let error = #expect(throws: JSONError.self) {
      var reader = JSONReader([0x22, 0x61] + bytes + [0x22])
      try reader.skip()
    }
    #expect(error == JSONError(.notUTF8, at: 2))
  }

  @Test("Depth is limited, and the limit is reached by arrays and objects alike")
  func depth() throws {
    let text = Array("[{\"a\":[0]}]".utf8)
    var reader = JSONReader(text, depthLimit: 3)
    try reader.skip()
    let error = #expect(throws: JSONError.self) {
      var reader = JSONReader(text, depthLimit: 2)
      try reader.skip()
    }
    #expect(error == JSONError(.tooDeep(limit: 2), at: 6))
    // Closing gives the level back.
    var wide = JSONReader(Array("[[],[],{},[]]".utf8), depthLimit: 2)
    try wide.skip()
  }

  @Test("Strings come out unescaped")
  func strings() throws {
    var reader = JSONReader(Array(#"["plain","\u0041\t\"\\\/\ud83d\ude00é",""]"#.utf8))
    try reader.enterArray()
    var found: [String] = []
    while try reader.nextElement() { found.append(reader.string(of: try reader.string())) }
    try reader.finish()
    #expect(found == ["plain", "A\t\"\\/😀é", ""])
  }

  @Test("Integers are exact up to 64 bits")
  func integers() throws {
    var reader = JSONReader(
      Array("[0,18446744073709551615,18446744073709551616,-1,-0,1.0,1e3,99999999999999999999]".utf8)
    )
    try reader.enterArray()
    var found: [UInt64?] = []
    while try reader.nextElement() { found.append(try reader.number().unsigned) }
    #expect(found == [0, .max, nil, nil, 0, nil, nil, nil])
  }

  @Test("The kind that comes is told when another was wanted")
  func wrongKind() {
    let error = #expect(throws: JSONError.self) {
      var reader = JSONReader(Array(" [1]".utf8))
      _ = try reader.string()
    }
    #expect(error?.description == "Found an array where a string was expected.")
    #expect(error?.offset == 1)
  }

  @Test("Positions count lines and bytes from 1")
  func positions() {
    let marked = MarkedText("{\n  \"é\": ▸1,\n▸}")
    let reader = JSONReader(marked.bytes)
    #expect(reader.position(of: marked.marks[0]).description == "2:9")
    #expect(reader.position(of: marked.marks[1]).description == "3:1")
  }

  @Test("A reader keeps to its range")
  func range() throws {
    var reader = JSONReader(Array("[1][2]".utf8), in: 0..<3)
    try reader.skip()
    try reader.finish()
    var second = JSONReader(Array("12".utf8), in: 0..<1)
    #expect(try second.number().unsigned == 1)
  }
}

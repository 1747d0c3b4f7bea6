import Records
import Scenarios
import Testing

@Suite("Reading nodes")
struct NodeReaderTests {
  @Test(
    "What no file of text holds is refused at its byte",
    arguments: [
      ([0x61, 0x3a, 0x20, 0xff], 1, 4, .notUTF8(0xff)),
      // An overlong slash, half of a surrogate pair, a character beyond the last, an end too soon.
      ([0x0a, 0xc0, 0xaf], 2, 1, .notUTF8(0xc0)), ([0xed, 0xa0, 0x80], 1, 1, .notUTF8(0xed)),
      ([0xf4, 0x90, 0x80, 0x80], 1, 1, .notUTF8(0xf4)), ([0x61, 0xe2, 0x82], 1, 2, .notUTF8(0xe2)),
      ([0x61, 0x00, 0x62], 1, 2, .controlCharacter(0)),
      ([0x61, 0x1b, 0x62], 1, 2, .controlCharacter(0x1b)),
      ([0x61, 0x0d, 0x0a, 0x7f], 2, 1, .controlCharacter(0x7f)),
      // U+0085 and U+2028 end a line for YAML 1.1, and for no editor.
      ([0x61, 0xc2, 0x85], 1, 2, .controlCharacter(0x85)),
      ([0xc3, 0xa4, 0xe2, 0x80, 0xa8], 1, 3, .controlCharacter(0x2028)),
      ([0xff, 0xfe, 0x61, 0x00], 1, 1, .utf16), ([0xfe, 0xff, 0x00, 0x61], 1, 1, .utf16),
      ([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], 1, 1, .controlCharacter(0xfeff)),
    ] as [([UInt8], Int, Int, NodeError.Problem)])
  func badBytes(bytes: [UInt8], line: Int, column: Int, problem: NodeError.Problem) {
    let expected = NodeError(problem, at: TextPosition(line: line, column: column))
    #expect(NodeReader.read(bytes).problems == [expected])
  }

  @Test(
    "Nothing, white space and comments are no file", arguments: ["", "\n\n", "# only\n", "   "])
  func empty(text: String) {
    let (node, problems) = NodeReader.read(Array(text.utf8))
    #expect(node == nil)
    #expect(problems == [NodeError(.empty, at: TextPosition(line: 1, column: 1))])
  }

  @Test(
    "Lines end as they end in editors, and columns count bytes",
    arguments: ["\n", "\r\n", "\r"], ["", "\u{feff}"])
  func positions(end: String, mark: String) throws {
    let text = mark + ["a: ä b", "ö:", "  - x", "  - {ü: y, z: w}", ""].joined(separator: end)
    let root = try #require(NodeReader.read(Array(text.utf8)).node)
    #expect(place(root["a"]) == "1:4")
    let list = try #require(root["ö"])
    #expect(place(list) == "3:3")
    guard case .sequence(let nodes) = list.content else {
      Issue.record("no list")
      return
    }
    #expect(nodes.map(place) == ["3:5", "4:5"])
    #expect(place(nodes[1]["ü"]) == "4:10")
    #expect(place(nodes[1]["z"]) == "4:16")
  }

  @Test("Depth, nodes and bytes are limited")
  func limits() {
    var limits = NodeLimits()
    limits.bytes = 10_000_000
    // The outermost is 0 deep.
    let brackets = String(repeating: "[", count: 66)
    let deep = NodeReader.read(Array(brackets.utf8), limits: limits)
    #expect(deep.problems.map(\.problem) == [.tooDeep(limit: 64)])
    #expect(deep.problems.first?.position == TextPosition(line: 1, column: 66))
    // Far beyond any recursion that could be followed.
    let bottomless = String(repeating: "[", count: 1_000_000)
    #expect(
      NodeReader.read(Array(bottomless.utf8), limits: limits).problems.map(\.problem)
        == [.tooDeep(limit: 64)])
    let inside = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect(NodeReader.read(Array(inside.utf8)).problems == [])
    limits.nodes = 10
    #expect(
      NodeReader.read(Array("[1,2,3,4,5,6,7,8,9,10]".utf8), limits: limits).problems.map(\.problem)
        == [.tooManyNodes(limit: 10)])
    #expect(NodeReader.read(Array("[1,2,3,4,5,6,7,8,9]".utf8), limits: limits).problems == [])
    limits.bytes = 3
    #expect(
      NodeReader.read(Array("a: b".utf8), limits: limits).problems.map(\.problem)
        == [.tooLarge(bytes: 4, limit: 3)])
  }

  @Test("Aliases can't multiply")
  func laughs() {
    var text = "a0: &a0 x\n"
    for number in 1...30 {
      text += "a\(number): &a\(number) [*a\(number - 1), *a\(number - 1), *a\(number - 1)]\n"
    }
    let problems = NodeReader.read(Array(text.utf8)).problems
    #expect(problems.allSatisfy { $0.problem == .anchor })
    #expect(!problems.isEmpty)
  }

  @Test(
    "JSON is read, with its escapes",
    arguments: [
      ("{\"a\": \"\\u00e9\\/\\n\"}", "é/\n"), ("{\n\t\"a\":\t\"b\"\n}", "b"),
      ("{\"a\":\"b\"}", "b"),
    ])
  func json(text: String, value: String) throws {
    let (node, problems) = NodeReader.read(Array(text.utf8))
    #expect(problems == [])
    let scalar = try #require(node?["a"])
    #expect(scalar.holdsSame(as: .text(value)))
  }

  @Test("A key is quoted or bare, and is the same key")
  func quotedKeys() {
    let problems = NodeReader.read(Array("a: 1\n\"a\": 2\n".utf8)).problems
    #expect(
      problems.map(\.problem) == [.duplicateKey("a", first: TextPosition(line: 1, column: 1))])
  }

  private func place(_ node: Node?) -> String {
    guard case .text(let position)? = node?.place else { return "nowhere" }
    return position.description
  }
}

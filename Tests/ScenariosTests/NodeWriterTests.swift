import Scenarios
import Testing

@Suite("Writing nodes")
struct NodeWriterTests {
  @Test("A file is written in blocks, in the order of its keys, with comments")
  func example() throws {
    let node = Node.mapping([
      "study": .text("boot").commented("What is asked.", "", "Two lines\nor three."),
      "host": .mapping(["memory": .literal("64 GiB"), "cpus": .literal(16), "none": .mapping([:])]),
      "fleet": .sequence([
        .mapping(["count": .literal(32), "tags": .sequence([.text("a"), .text("b c")])]),
        .mapping(["count": .literal(1).commented("One more.")]).commented("Last."),
        .sequence([.literal(1), .sequence([.literal(2)])]),
        .sequence([]),
      ]),
      "off": .text("no"),
      "number": .text("12"),
      "text": .text("a: b # c\n"),
      "empty": .text(""),
    ])
    let text = NodeWriter.write(node)
    #expect(
      text == """
        # What is asked.
        #
        # Two lines
        # or three.
        study: boot
        host:
          memory: 64 GiB
          cpus: 16
          none: {}
        fleet:
          - count: 32
            tags:
              - a
              - b c
          # Last.
          -
            # One more.
            count: 1
          -
            - 1
            -
              - 2
          - []
        "off": "no"
        number: "12"
        text: "a: b # c\\n"
        empty: ""

        """)
    #expect(try #require(NodeReader.read(Array(text.utf8)).node).holdsSame(as: node))
  }

  @Test("A scalar at the top is a file as well", arguments: ["a", "", "- x", "\u{1f600}"])
  func scalars(text: String) throws {
    let written = NodeWriter.write(.text(text))
    #expect(try #require(NodeReader.read(Array(written.utf8)).node).holdsSame(as: .text(text)))
  }

  @Test("Random trees are read back as they were written, and written the same again")
  func roundTrip() throws {
    var random = RandomNodes(seed: 1)
    for _ in 0..<2000 {
      let node = random.node(depth: 5)
      let text = NodeWriter.write(node)
      let (read, problems) = NodeReader.read(Array(text.utf8))
      #expect(problems == [])
      let again = try #require(read)
      guard again.holdsSame(as: node) else {
        Issue.record("not the same:\n\(text)")
        return
      }
      #expect(
        NodeWriter.write(RandomNodes.quoted(again)) == NodeWriter.write(RandomNodes.quoted(node)))
    }
  }

  @Test("A quantity stays bare, so that it is read as one")
  func bareness() throws {
    for text in ["4 GiB", "6.2 us", "12.5 %", "10 Gbit/s", "-3", "1e6", "true", "0"] {
      let written = NodeWriter.write(.mapping(["a": .literal(text)]))
      #expect(written == "a: \(text)\n")
      guard case .scalar(let scalar)? = NodeReader.read(Array(written.utf8)).node?["a"]?.content
      else {
        Issue.record("no scalar")
        return
      }
      #expect(scalar == Node.Scalar(text, isPlain: true))
    }
  }

  @Test(
    "What YAML 1.1 takes for something else is quoted",
    arguments: [
      "no", "Yes", "on", "OFF", "n", "null", "~", "012", "0x1f", "1:30", "1_000", "1e3", ".5", "-",
      "2001-01-01", "+1", ".inf", "=", "<<", "*a", "&a", "!a", "%a", "@a", "`a", "a: b", "a #b",
      " a", "a ", "a:", "- a", "? a", "[a", "{a", "a,b", "\"", "'", "---", "...", "#",
    ])
  func traps(text: String) {
    #expect(NodeWriter.write(.text(text)).hasPrefix("\""))
  }
}

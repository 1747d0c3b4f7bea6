import Scenarios

/// Trees of nodes with the texts that are hardest to write.
struct RandomNodes {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func below(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(count))
  }

  private static let pieces = [
    "a", "B", "7", "-", ":", ": ", " ", "  ", "#", " #", "\n", "\t", "\r", "\"", "'", "\\", "[",
    "]", "{", "}", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "---", "...", "no", "ä", "四",
    "\u{1f600}", "\u{0}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{ffff}", "e\u{301}", "=",
    "<<", "~", "null", "0", ".", "+", "/", "(",
  ]

  mutating func text() -> String {
    var text = ""
    for _ in 0..<below(6) { text += Self.pieces[below(Self.pieces.count)] }
    if below(200) == 0 { text += String(repeating: "long ", count: 300) }
    return text
  }

  mutating func node(depth: Int) -> Node {
    var node: Node
    switch depth == 0 ? 0 : below(4) {
    case 1:
      node = .sequence((0..<below(4)).map { _ in self.node(depth: depth - 1) })
    case 2, 3:
      var members: [Node.Member] = []
      for _ in 0..<below(5) {
        let key = text()
        if members.contains(where: { Array($0.key.utf8) == Array(key.utf8) }) { continue }
        // Strings that Unicode holds equal are one key.
        if members.contains(where: { $0.key == key }) { continue }
        members.append(Node.Member(key, self.node(depth: depth - 1)))
      }
      node = Node(.mapping(members))
    default:
      node = below(2) == 0 ? .text(text()) : .literal(text())
    }
    if below(5) == 0 { node.comment = [text(), text()] }
    return node
  }

  /// The same texts, all as texts, without comments.
  static func quoted(_ node: Node) -> Node {
    switch node.content {
    case .scalar(let scalar): .text(scalar.text)
    case .sequence(let nodes): .sequence(nodes.map(quoted))
    case .mapping(let members):
      Node(.mapping(members.map { Node.Member($0.key, quoted($0.value)) }))
    }
  }
}

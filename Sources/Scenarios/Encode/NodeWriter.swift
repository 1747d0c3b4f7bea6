/// Writes nodes as YAML: block style, two spaces a level, keys in their order, the same bytes always.
///
/// A scalar stands bare where every reader of YAML, 1.1 and 1.2, finds the same text or number in it,
/// and in double quotes elsewhere.
public struct NodeWriter: Sendable {
  private var text = ""
  /// YAML looks for the “:” behind a key for 1024 characters; longer keys begin with “? ”.
  private static let longestSimpleKey = 1000

  private init() {}

  /// The file that holds a node.
  public static func write(_ node: Node) -> String {
    var writer = Self()
    writer.comment(node, indent: 0)
    switch node.content {
    case .mapping(let members) where !members.isEmpty: writer.members(members, indent: 0)
    case .sequence(let nodes) where !nodes.isEmpty: writer.elements(nodes, indent: 0)
    default: writer.text += flow(node) + "\n"
    }
    return writer.text
  }

  private mutating func members(_ members: [Node.Member], indent: Int, continuesLine: Bool = false)
  {
    for (number, member) in members.enumerated() {
      if number > 0 || !continuesLine {
        comment(member.value, indent: indent)
        space(indent)
      }
      let key = Self.scalar(Node.Scalar(member.key, isPlain: false))
      if key.utf8.count <= Self.longestSimpleKey {
        text += key + ":"
      } else {
        text += "? \(key)\n"
        space(indent)
        text += ":"
      }
      switch member.value.content {
      case .mapping(let inner) where !inner.isEmpty:
        text += "\n"
        self.members(inner, indent: indent + 2)
      case .sequence(let inner) where !inner.isEmpty:
        text += "\n"
        elements(inner, indent: indent + 2)
      default: text += " " + Self.flow(member.value) + "\n"
      }
    }
  }

  private mutating func elements(_ nodes: [Node], indent: Int) {
    for node in nodes {
      comment(node, indent: indent)
      space(indent)
      switch node.content {
      case .mapping(let inner) where !inner.isEmpty && inner[0].value.comment.isEmpty:
        text += "- "
        members(inner, indent: indent + 2, continuesLine: true)
      case .mapping(let inner) where !inner.isEmpty:
        text += "-\n"
        members(inner, indent: indent + 2)
      case .sequence(let inner) where !inner.isEmpty:
        text += "-\n"
        elements(inner, indent: indent + 2)
      default: text += "- " + Self.flow(node) + "\n"
      }
    }
  }

  private mutating func comment(_ node: Node, indent: Int) {
    // A comment ends with its line, whatever it holds.
    for line in node.comment.flatMap({
      $0.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }) {
      space(indent)
      let kept = String.UnicodeScalarView(line.unicodeScalars.filter { PlainText.isPrintable($0) })
      text += line.isEmpty ? "#\n" : "# \(String(kept))\n"
    }
  }

  private mutating func space(_ indent: Int) {
    text += String(repeating: " ", count: indent)
  }

  /// What stands behind a key or a dash on the same line.
  private static func flow(_ node: Node) -> String {
    switch node.content {
    case .scalar(let scalar): Self.scalar(scalar)
    case .sequence: "[]"
    case .mapping: "{}"
    }
  }

  private static func scalar(_ scalar: Node.Scalar) -> String {
    let isBare =
      PlainText.canStandBare(scalar.text)
      && (scalar.isPlain || !PlainText.isTakenForOther(scalar.text))
    return isBare ? scalar.text : quoted(scalar.text)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where PlainText.isPrintable(character): result.unicodeScalars.append(character)
      default:
        let digits = String(character.value, radix: 16, uppercase: true)
        let width = character.value <= 0xff ? 2 : character.value <= 0xffff ? 4 : 8
        let letter = width == 2 ? "x" : width == 4 ? "u" : "U"
        result += "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return result + "\""
  }
}

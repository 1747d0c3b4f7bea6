internal import Records
public import Studies

extension ValueForm {
  /// A value with its origin behind it, in brackets: `8 GiB (measured /proc/meminfo MemTotal)`; without
  /// one it is assumed.
  ///
  /// One scalar, since an inventory of many hosts has a million of them.
  public static func observed<Plain>(_ plain: ValueForm<Plain>) -> Self
  where Value == Observed<Plain> {
    Self(schema: .any([plain.schema, .text])) { node, name, log in
      guard case .scalar(let scalar) = node.content, scalar.text.hasSuffix(")"),
        let opening = scalar.text.firstRange(of: " (")
      else { return plain.decode(node, name, log).map { .assumed($0) } }
      let head = String(scalar.text[..<opening.lowerBound])
      let origin = scalar.text[opening.upperBound...].dropLast()
      let words = origin.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      let value = plain.decode(
        Node(.scalar(Node.Scalar(head, isPlain: true)), at: node.place), name, log)
      let grade = ValueForm<ObservationGrade>.choice().decode(
        Node(.scalar(Node.Scalar(String(words[0]), isPlain: true)), at: node.place),
        "\(name)’s origin", log)
      guard let value, let grade else { return nil }
      return Observed(value, grade, words.count > 1 ? String(words[1]) : "")
    }
  }
}

extension Observed {
  /// The value with its origin, as it is written.
  func node(_ text: some CustomStringConvertible) -> Node {
    if grade == .assumed, statistic.isEmpty { return .literal(text) }
    return .literal("\(text) (\(grade.rawValue)\(statistic.isEmpty ? "" : " \(statistic)"))")
  }
}

/// The members of a mapping that is being written; what is not known is left out.
struct MemberList {
  private(set) var members: [Node.Member] = []

  mutating func add(_ key: String, _ node: Node?) {
    if let node { members.append(Node.Member(key, node)) }
  }

  mutating func add(_ key: String, nodes: [Node]) {
    if !nodes.isEmpty { add(key, .sequence(nodes)) }
  }

  var node: Node { Node(.mapping(members)) }
}

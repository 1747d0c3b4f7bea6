internal import Records
internal import Studies

extension DocumentKindDeclaration {
  /// The kind of a file's node; where it is none of these, that is noted.
  ///
  /// The first kind in the list whose key is there: a scenario may name its cost profile under the key
  /// by which a profile is known, so scenarios stand before profiles.
  public static func find(_ node: Node, among kinds: [Self], _ log: DocumentLog) -> Self? {
    let names = kinds.map { kind in
      "“\(kind.key)\(kind.word.map { ": \($0)" } ?? "")” (\(kind.noun))"
    }
    let wanted =
      names.dropLast().joined(separator: ", ") + (names.count > 1 ? " or " : "")
      + (names.last ?? "")
    guard case .mapping(let members) = node.content else {
      log.report("the file is \(node.phrase); it must be a mapping with \(wanted)", at: node.place)
      return nil
    }
    if let kind = kinds.first(where: { kind in members.contains { $0.key == kind.key } }) {
      return find(kind, among: kinds, members, log)
    }
    var sentence = "the file does not say what it is; it must have \(wanted)"
    var place = node.place
    for member in members {
      guard let guess = Spelling.nearest(to: member.key, among: kinds.map(\.key)) else { continue }
      sentence = "“\(member.key)” is no kind of file; is “\(guess)” meant?"
      place = member.place
      break
    }
    log.report(sentence, at: place)
    return nil
  }

  /// The kind whose word stands behind the key that it shares with others; where none does, that is noted.
  private static func find(
    _ first: Self, among kinds: [Self], _ members: [Node.Member], _ log: DocumentLog
  ) -> Self? {
    let kinds = kinds.filter { $0.key == first.key }
    let words = kinds.compactMap(\.word)
    guard kinds.count > 1, words.count == kinds.count,
      let member = members.first(where: { $0.key == first.key }),
      case .scalar(let scalar) = member.value.content, !member.value.isAbsent
    else { return first }
    if let kind = kinds.first(where: { $0.word == scalar.text }) { return kind }
    var rule = "it must be \(Spelling.list(words))"
    if let guess = Spelling.nearest(to: scalar.text, among: words) {
      rule += "; is “\(guess)” meant?"
    }
    log.refuse(member.value, member.key, rule)
    return nil
  }

  /// Everything that is wrong with a file of any of these kinds, and the kind it is.
  public static func check(
    _ text: [UInt8], file: String, among kinds: [Self], overrides: [NodeOverride] = []
  ) -> (kind: Self?, log: DocumentLog) {
    let log = DocumentLog(file: file)
    // Which kind it is shows only when it is read: an inventory may be the largest.
    let isLarge = text.count > NodeLimits().bytes
    let limits = isLarge && Inventory.isOne(text) ? Inventory.limits : NodeLimits()
    guard var root = NodeReader.read(text, limits: limits, into: log) else { return (nil, log) }
    for override in overrides { root.apply(override, log) }
    guard let kind = find(root, among: kinds, log) else { return (nil, log) }
    kind.check(root, log)
    return (kind, log)
  }
}

extension NodeReader {
  /// The node that a text writes, as far as it can be read; what is wrong is noted.
  public static func read(
    _ bytes: [UInt8], limits: NodeLimits = NodeLimits(), into log: DocumentLog
  ) -> Node? {
    let (node, problems) = read(bytes, limits: limits)
    for problem in problems { log.report(problem.description, at: .text(problem.position)) }
    return node
  }

  /// The nodes of all documents of a text, as far as they can be read; what is wrong is noted.
  static func readAll(
    _ bytes: [UInt8], limits: NodeLimits, into log: DocumentLog
  ) -> [Node] {
    let (nodes, problems) = readAll(bytes, limits: limits)
    for problem in problems { log.report(problem.description, at: .text(problem.position)) }
    return nodes
  }
}

internal import Quantities
internal import Simulation
internal import Studies

/// A storm's target as it is spoken: `p99 ready < 2 s`, `memory < 100 GiB`.
///
/// It is a text with one of these or with several between commas, a list of such texts, or a mapping of
/// the same by keys.
extension ValueForm where Value == StormTarget {
  static var target: Self {
    let mapping = ValueForm<StormTarget>.mapping()
    let texts = ValueForm<[String]>.list(of: .text)
    return Self(schema: .any([mapping.schema, .text, texts.schema])) { node, name, log in
      let before = log.count
      var clauses = TargetClauses(name, log)
      switch node.content {
      case .mapping: return mapping.decode(node, name, log)
      case .scalar: clauses.read(node)
      case .sequence(let nodes):
        if nodes.isEmpty { log.refuse(node, name, TargetClauses.rule) }
        for node in nodes { clauses.read(node) }
      }
      return log.count == before ? clauses.target : nil
    }
  }
}

/// The clauses of a target, one after another.
private struct TargetClauses {
  private let name: String
  private let log: DocumentLog
  private(set) var target = StormTarget()

  static let rule =
    "it must be such as “p99 ready < 2 s” or “memory < 100 GiB”, with commas between several"

  init(_ name: String, _ log: DocumentLog) {
    self.name = name
    self.log = log
  }

  /// Reads a text of clauses.
  mutating func read(_ node: Node) {
    guard case .scalar(let scalar) = node.content, !node.isAbsent else {
      return log.refuse(node, name, Self.rule)
    }
    for clause in scalar.text.split(separator: ",", omittingEmptySubsequences: false) {
      let clause = clause.drop { $0 == " " }
      let part = Node(
        .scalar(Node.Scalar(String(clause), isPlain: scalar.isPlain)), at: node.place)
      guard let sign = clause.firstIndex(of: "<") else {
        log.refuse(part, name, Self.rule)
        continue
      }
      let subject = clause[..<sign].split(separator: " ").joined(separator: " ")
      let bound = clause[sign...].drop { "<= ".contains($0) }
      let value = Node(
        .scalar(Node.Scalar(String(bound), isPlain: true)), at: node.place)
      read(subject, value, part)
    }
  }

  private mutating func read(_ subject: String, _ bound: Node, _ clause: Node) {
    if subject == "memory" {
      guard target.memoryBytes == nil else { return refuseTwice(clause, "memory") }
      if let size = ValueForm<ByteSize>.size.decode(bound, "\(name): memory", log) {
        target.memoryBytes = size.bytes
      }
      return
    }
    let words = subject.split(separator: " ")
    guard words.last == "ready", words.count <= 2 else {
      return log.refuse(clause, name, Self.rule)
    }
    guard target.ready == nil else { return refuseTwice(clause, "ready") }
    if words.count == 2 {
      guard words[0].first == "p", let percent = Double(words[0].dropFirst()),
        0...100 ~= percent
      else {
        return log.refuse(
          clause, name, "what comes before “ready” must be from p0 to p100, such as p99")
      }
      target.percentile = percent
    }
    if let time = ValueForm<TimeSpan>.time.decode(bound, "\(name): ready", log) {
      target.ready = VirtualDuration(time)
    }
  }

  private func refuseTwice(_ clause: Node, _ subject: String) {
    log.refuse(clause, name, "“\(subject)” is there twice")
  }
}

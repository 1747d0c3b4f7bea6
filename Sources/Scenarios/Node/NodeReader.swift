internal import Records

/// Reads a file of YAML, and so of JSON, into nodes.
///
/// What makes YAML mean more than it shows is refused, each in a sentence: anchors, tags, merge keys,
/// several documents, duplicate keys. A bad text of any kind is an error and never a trap.
public struct NodeReader: ~Copyable {
  private var events: YAMLEvents
  private var lines: TextLines
  private let limits: NodeLimits
  private var nodes = 0
  /// What is wrong and leaves the rest of the text readable.
  private var problems: [NodeError] = []

  /// The nodes of all documents that a text writes, one after another, as far as they can be read.
  ///
  /// For what others write: a file of this house's own is one document.
  public static func readAll(
    _ bytes: [UInt8], limits: NodeLimits = NodeLimits()
  ) -> (nodes: [Node], problems: [NodeError]) {
    guard bytes.count <= limits.bytes else {
      let problem = NodeError.Problem.tooLarge(bytes: bytes.count, limit: limits.bytes)
      return ([], [NodeError(problem, at: TextPosition(line: 1, column: 1))])
    }
    let text: [UInt8]
    do throws(NodeError) { text = try TextCheck.check(bytes) } catch { return ([], [error]) }
    var reader = Self(text, limits)
    var nodes: [Node] = []
    do throws(NodeError) {
      while let node = try reader.nextDocument() { nodes.append(node) }
      if nodes.isEmpty { throw NodeError(.empty, at: TextPosition(line: 1, column: 1)) }
    } catch {
      return (nodes, reader.problems + [error])
    }
    return (nodes, reader.problems)
  }

  /// The node that a text writes, as far as it can be read, and everything that is wrong with it.
  ///
  /// There is a node beside problems where these leave the rest readable: a key that is there twice,
  /// an anchor, a tag. Then the first value counts, so that the file's other problems can be told.
  public static func read(
    _ bytes: [UInt8], limits: NodeLimits = NodeLimits()
  ) -> (node: Node?, problems: [NodeError]) {
    guard bytes.count <= limits.bytes else {
      let problem = NodeError.Problem.tooLarge(bytes: bytes.count, limit: limits.bytes)
      return (nil, [NodeError(problem, at: TextPosition(line: 1, column: 1))])
    }
    let text: [UInt8]
    do throws(NodeError) { text = try TextCheck.check(bytes) } catch { return (nil, [error]) }
    var reader = Self(text, limits)
    do throws(NodeError) {
      let node = try reader.document()
      return (node, reader.problems)
    } catch {
      return (nil, reader.problems + [error])
    }
  }

  private init(_ text: [UInt8], _ limits: NodeLimits) {
    events = YAMLEvents(text)
    lines = TextLines(text)
    self.limits = limits
  }

  private mutating func document() throws(NodeError) -> Node {
    var event = try next()
    while case .other = event.kind { event = try next() }
    guard case .document = event.kind else {
      throw NodeError(.empty, at: TextPosition(line: 1, column: 1))
    }
    let first = try next()
    let root = try node(first, depth: 0)
    var after = try next()
    while case .other = after.kind { after = try next() }
    if case .document = after.kind { throw error(.secondDocument, after) }
    return root
  }

  /// The next of several documents that is not empty; nothing behind the last.
  private mutating func nextDocument() throws(NodeError) -> Node? {
    while true {
      var event = try next()
      while case .other = event.kind { event = try next() }
      guard case .document = event.kind else { return nil }
      let root = try node(try next(), depth: 0)
      if !root.isAbsent { return root }
    }
  }

  private mutating func next() throws(NodeError) -> YAMLEvents.Event {
    let event = events.next()
    switch event.kind {
    case .failure(let words, let start):
      var position = lines.position(ofCharacter: event.character)
      // A tab is the cause, whatever rule it makes the line break.
      guard !lines.isIndentedByTab else { throw NodeError(.tab, at: lines.firstTab) }
      if YAMLRule.isNoticedLate(words) { position = lines.position(ofCharacter: start) }
      throw NodeError(.syntax(YAMLRule.sentence(for: words)), at: position)
    case .noMemory: throw error(.noMemory, event)
    default: return event
    }
  }

  private mutating func error(
    _ problem: NodeError.Problem, _ event: YAMLEvents.Event
  ) -> NodeError {
    NodeError(problem, at: lines.position(ofCharacter: event.character))
  }

  private mutating func node(
    _ event: YAMLEvents.Event, depth: Int
  ) throws(NodeError) -> Node {
    if event.hasAnchor { problems.append(error(.anchor, event)) }
    if event.hasTag { problems.append(error(.tag, event)) }
    nodes += 1
    guard nodes <= limits.nodes else { throw error(.tooManyNodes(limit: limits.nodes), event) }
    guard depth <= limits.depth else { throw error(.tooDeep(limit: limits.depth), event) }
    let place = Place.text(lines.position(ofCharacter: event.character))
    switch event.kind {
    case .scalar(let text, let isPlain):
      return Node(.scalar(Node.Scalar(text, isPlain: isPlain)), at: place)
    case .sequence: return Node(.sequence(try elements(depth: depth + 1)), at: place)
    case .mapping: return Node(.mapping(try members(depth: depth + 1)), at: place)
    case .alias: throw error(.anchor, event)
    default:
      // libyaml gives an event for every value, an empty one too.
      throw error(.syntax(YAMLRule.sentence(for: "")), event)
    }
  }

  private mutating func elements(depth: Int) throws(NodeError) -> [Node] {
    var elements: [Node] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { return elements }
      elements.append(try node(event, depth: depth))
    }
  }

  private mutating func members(depth: Int) throws(NodeError) -> [Node.Member] {
    var members: [Node.Member] = []
    // Asked for its members and never for its order.
    var seen: [String: TextPosition] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return members }
      let key = try node(event, depth: depth)
      guard case .scalar(let scalar) = key.content, case .text(let position) = key.place else {
        throw error(.keyNotScalar, event)
      }
      if scalar.isPlain, scalar.text == "<<" { throw error(.mergeKey, event) }
      let value = try node(try next(), depth: depth)
      if let first = seen[scalar.text] {
        problems.append(NodeError(.duplicateKey(scalar.text, first: first), at: position))
      } else {
        seen[scalar.text] = position
        members.append(Node.Member(scalar.text, value, at: key.place))
      }
    }
  }
}

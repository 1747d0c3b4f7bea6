/// A field that takes another value than the file's: `fleet[0].memory=4 GiB`.
public struct NodeOverride: Sendable, Hashable {
  /// Where the field is.
  public let path: NodePath
  /// Its value, as a file would write it.
  public let value: String
  /// The option as it was written, to point at it: `--set fleet[0].memory=4 GiB`.
  public let option: String

  /// The override that `path=value` writes.
  public init(parsing text: String, option: String = "--set") throws(FormError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let path = NodePath(parsing: parts[0]) else {
      throw FormError("it must be a path and a value, such as policy.batch=16 or fleet[0].count=8")
    }
    self.init(path, value: String(parts[1]), option: "\(option) \(text)")
  }

  /// An override of a field by a value, as it would be written in a file.
  public init(_ path: NodePath, value: String, option: String) {
    self.path = path
    self.value = value
    self.option = option
  }
}

extension Node {
  /// Gives a field its other value, or notes why it can't have it.
  ///
  /// A key that is not there is added: the field may have been left out. Whether there is such a field
  /// is for the form to say that reads the node.
  public mutating func apply(_ override: NodeOverride, _ log: DocumentLog) {
    let place = Place.override(override.option)
    let (node, problems) = NodeReader.read(Array(override.value.utf8))
    guard problems.isEmpty, var node else {
      if case .empty? = problems.first?.problem {
        log.report("no value stands behind “=”; write one", at: place)
      } else {
        for problem in problems { log.report(problem.description, at: place) }
      }
      return
    }
    node.move(to: place)
    set(override.path, to: node, keyAt: place, log)
  }

  /// Gives a field another value; a key that is added for it stands at a place.
  mutating func set(
    _ path: NodePath, to node: Node, keyAt place: Place, _ log: DocumentLog
  ) {
    set(path.steps[...], of: path, to: node, at: place, log)
  }

  private mutating func set(
    _ steps: ArraySlice<NodePath.Step>, of path: NodePath, to node: Node, at place: Place,
    _ log: DocumentLog
  ) {
    guard let step = steps.first else {
      self = node
      return
    }
    let rest = steps.dropFirst()
    let reached = NodePath(path.steps[..<steps.startIndex])
    let here = reached.steps.isEmpty ? "the file" : "“\(reached)”"
    switch step {
    case .key(let key):
      guard case .mapping(var members) = content else {
        log.report(
          "\(here) is \(phrase) and has no “\(key)”; a key needs a mapping", at: place)
        return
      }
      if let index = members.firstIndex(where: { $0.key == key }) {
        members[index].value.set(rest, of: path, to: node, at: place, log)
      } else {
        guard let value = Self.made(for: rest, node, at: place) else {
          log.report("\(here) has no list “\(key)”; an entry needs one", at: place)
          return
        }
        members.append(Member(key, value, at: place))
      }
      content = .mapping(members)
    case .entry(let number):
      guard case .sequence(var nodes) = content else {
        log.report("\(here) is \(phrase) and has no entries; it must be a list", at: place)
        return
      }
      guard number < nodes.count else {
        let rule =
          nodes.isEmpty ? "it is empty" : "it must be from [0] to [\(nodes.count - 1)]"
        log.report("\(here) has \(nodes.count) entries and no [\(number)]; \(rule)", at: place)
        return
      }
      nodes[number].set(rest, of: path, to: node, at: place, log)
      content = .sequence(nodes)
    }
  }

  /// The mappings that a path needs below a key that is not there.
  private static func made(
    for steps: ArraySlice<NodePath.Step>, _ node: Node, at place: Place
  ) -> Node? {
    var result = node
    for step in steps.reversed() {
      guard case .key(let key) = step else { return nil }
      result = Node(.mapping([Member(key, result, at: place)]), at: place)
    }
    return result
  }

  private mutating func move(to place: Place) {
    self.place = place
    switch content {
    case .scalar: break
    case .sequence(var nodes):
      for index in nodes.indices { nodes[index].move(to: place) }
      content = .sequence(nodes)
    case .mapping(var members):
      for index in members.indices {
        members[index].place = place
        members[index].value.move(to: place)
      }
      content = .mapping(members)
    }
  }
}

/// A value of a file as it was written, with its place: a scalar, a sequence or a mapping.
///
/// A node knows nothing of types. Whether `no` is a word or a mistake, and whether `010` is eight or
/// ten, is for the field that reads it to say.
public struct Node: Sendable {
  /// What a node holds.
  public enum Content: Sendable {
    /// A text.
    case scalar(Scalar)
    /// Nodes one after another.
    case sequence([Node])
    /// Nodes under their keys, in the order in which they were written.
    case mapping([Member])
  }

  /// A text, and whether it stands bare.
  public struct Scalar: Sendable, Hashable {
    /// The text.
    public var text: String
    /// Whether it stands without quotes, so that it may be read as a number or a truth value.
    public var isPlain: Bool

    /// A text.
    public init(_ text: String, isPlain: Bool) {
      self.text = text
      self.isPlain = isPlain
    }
  }

  /// A key with its value.
  public struct Member: Sendable {
    /// The key.
    public var key: String
    /// Where the key stands.
    public var place: Place
    /// The value.
    public var value: Node

    /// A key with its value.
    public init(_ key: String, _ value: Node, at place: Place = .start) {
      self.key = key
      self.value = value
      self.place = place
    }
  }

  /// What the node holds.
  public var content: Content
  /// Where it begins.
  public var place: Place
  /// Lines of comment that are written above it.
  ///
  /// A file's comments are not read.
  public var comment: [String] = []

  /// A node at a place.
  public init(_ content: Content, at place: Place = .start) {
    self.content = content
    self.place = place
  }
}

extension Node {
  /// A text, which is quoted where it could be taken for something else.
  public static func text(_ text: String) -> Self {
    Self(.scalar(Scalar(text, isPlain: false)))
  }

  /// A number, a quantity or a truth value, as it stands bare.
  public static func literal(_ text: some CustomStringConvertible) -> Self {
    Self(.scalar(Scalar(text.description, isPlain: true)))
  }

  /// Nodes one after another.
  public static func sequence(_ nodes: [Node]) -> Self { Self(.sequence(nodes)) }

  /// Nodes under their keys.
  public static func mapping(_ members: KeyValuePairs<String, Node>) -> Self {
    Self(.mapping(members.map { Member($0.key, $0.value) }))
  }

  /// The same node with lines of comment above it.
  public func commented(_ lines: String...) -> Self {
    var node = self
    node.comment = lines
    return node
  }

  /// The value under a key, if the node is a mapping that has it.
  public subscript(key: String) -> Node? {
    guard case .mapping(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// Whether another node holds the same, wherever it was written.
  ///
  /// Texts are the same whether quoted or bare: quotes matter to the field that reads them.
  public func holdsSame(as other: Node) -> Bool {
    switch (content, other.content) {
    case (.scalar(let left), .scalar(let right)):
      left.text.utf8.elementsEqual(right.text.utf8)
    case (.sequence(let left), .sequence(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.holdsSame(as: $1) }
    case (.mapping(let left), .mapping(let right)):
      left.count == right.count
        && zip(left, right).allSatisfy { $0.key == $1.key && $0.value.holdsSame(as: $1.value) }
    default: false
    }
  }

  /// What the node is, as a sentence names it.
  var phrase: String {
    switch content {
    case .scalar(let scalar):
      if isAbsent { return "no value" }
      let text = scalar.text
      guard text.count > 60 || text.contains("\n") else { return "“\(text)”" }
      let line = text.prefix { $0 != "\n" }
      return "“\(line.prefix(57))…”"
    case .sequence: return "a list"
    case .mapping: return "a mapping of keys"
    }
  }

  /// Whether a key was written and nothing behind it, or one of YAML's words for nothing.
  var isAbsent: Bool {
    guard case .scalar(let scalar) = content, scalar.isPlain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
  }
}

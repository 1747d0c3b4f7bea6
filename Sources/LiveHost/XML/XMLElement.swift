public import Records

/// An element of an XML text with what is in it.
public struct XMLElement: Sendable, Hashable {
  /// Its name, with its prefix.
  public let name: String
  /// Where it begins.
  public let position: TextPosition
  /// Its attributes in the order in which they were written.
  public let attributes: [Attribute]
  /// The elements in it.
  public internal(set) var children: [XMLElement] = []
  /// The text in it, without what stands in its children.
  public internal(set) var text = ""

  /// A name with a value.
  public struct Attribute: Sendable, Hashable {
    /// The name, with its prefix.
    public let name: String
    /// The value.
    public let value: String
  }

  /// The value of an attribute.
  public func attribute(_ name: String) -> String? {
    attributes.first { $0.name == name }?.value
  }

  /// The first child of a name, or of a path of names such as `memoryBacking/hugepages`.
  public subscript(path: String) -> XMLElement? {
    var found: XMLElement? = self
    for name in path.split(separator: "/") {
      found = found?.children.first { $0.name == name }
    }
    return found
  }

  /// The children of a name.
  public func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The text without the white space at its ends.
  public var trimmedText: String { String(trimming: text[...]) }
}

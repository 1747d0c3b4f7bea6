/// How large a file may be, so that a bad one is refused before it takes the memory.
public struct NodeLimits: Sendable, Hashable {
  /// The bytes of the file.
  public var bytes = 16 << 20
  /// How deep mappings and sequences may be nested.
  public var depth = 64
  /// How many nodes there may be.
  public var nodes = 1_000_000

  /// The limits that hold unless others are named.
  public init() {}
}

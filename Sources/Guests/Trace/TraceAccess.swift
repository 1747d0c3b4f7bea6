public import Paging

/// One access of a recorded trace.
public struct TraceAccess: Sendable, Hashable {
  /// The address of the first byte.
  public var address: GuestVirtual
  /// What the access does.
  public var kind: Access.Kind
  /// How many bytes it touches; 1 where the recording doesn't say.
  public var bytes: UInt64

  /// An access to `bytes` bytes at `address`.
  public init(_ address: GuestVirtual, _ kind: Access.Kind = .read, bytes: UInt64 = 1) {
    self.address = address
    self.kind = kind
    self.bytes = bytes
  }
}

/// A pattern for a while.
public struct WritePhase: Sendable, Hashable {
  /// The pattern; its own phases are not played.
  public var pattern: WritePattern
  /// How long it is kept, in picoseconds.
  public var picoseconds: Int64
  /// The pages that it writes, from the start of the guest's memory; those of the writer without it.
  public var bytes: UInt64?
  /// How fast a processor writes, in bits of whole pages a second; the writer's without it.
  public var bitsPerSecond: UInt64?

  /// A pattern for a while.
  public init(
    _ pattern: WritePattern, picoseconds: Int64, bytes: UInt64? = nil, bitsPerSecond: UInt64? = nil
  ) {
    self.pattern = pattern
    self.picoseconds = picoseconds
    self.bytes = bytes
    self.bitsPerSecond = bitsPerSecond
  }
}

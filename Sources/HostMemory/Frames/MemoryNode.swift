/// The memory of one NUMA node.
public struct MemoryNode: Sendable, Hashable {
  /// The node's first frame.
  public let firstFrame: FrameNumber
  /// How many frames it has.
  public let frames: UInt64

  /// The bytes of the node.
  public var bytes: UInt64 { frames * FrameNumber.bytes }
}

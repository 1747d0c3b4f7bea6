/// A zone of a node: its kind and the frames that the kernel hands out of it.
public struct ZoneExtent: Sendable, Hashable {
  /// The node.
  public let node: Int
  /// The kind.
  public let kind: ZoneKind
  /// The zone's first frame.
  public let firstFrame: FrameNumber
  /// How many frames are handed out: the kernel's “managed”.
  public let managed: UInt64

  /// A zone.
  public init(
    node: Int = 0, _ kind: ZoneKind, firstFrame: FrameNumber = FrameNumber(0), managed: UInt64
  ) {
    self.node = node
    self.kind = kind
    self.firstFrame = firstFrame
    self.managed = managed
  }

  /// The zones of a host of x86-64 whose nodes have so many bytes: 16 MiB, up to 4 GiB, and the rest.
  public static func x86(nodeBytes: [UInt64]) -> [ZoneExtent] {
    let ends: [(ZoneKind, UInt64)] = [(.dma, 1 << 12), (.dma32, 1 << 20), (.normal, .max)]
    var extents: [ZoneExtent] = []
    var start: UInt64 = 0
    for (node, bytes) in nodeBytes.enumerated() {
      let end = start + bytes / FrameNumber.bytes
      for (kind, zoneEnd) in ends where start < min(end, zoneEnd) {
        let frames = min(end, zoneEnd) - start
        extents.append(
          ZoneExtent(node: node, kind, firstFrame: FrameNumber(start), managed: frames))
        start += frames
      }
    }
    return extents
  }
}

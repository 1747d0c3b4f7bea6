public import Paging

/// A range of a guest's virtual addresses that its kernel fills as they are touched.
public struct GuestArea: Sendable, Hashable {
  /// Where the kernel takes a page from.
  public enum Source: Sendable, Hashable {
    /// Its free memory: a zeroed page, for a minor fault.
    case anonymous
    /// The guest's disk: a device writes the page, for a major fault.
    case disk
  }

  /// The first address.
  public var start: GuestVirtual
  /// How many bytes there are, a multiple of the guest's pages.
  public var bytes: UInt64
  /// Where pages come from.
  public var source: Source
  /// Whether the guest's programs may write there.
  public var isWritable: Bool

  /// An area of `bytes` bytes at `start`.
  public init(
    at start: GuestVirtual, bytes: UInt64, _ source: Source = .anonymous, isWritable: Bool = true
  ) {
    self.start = start
    self.bytes = bytes
    self.source = source
    self.isWritable = isWritable
  }

  /// Whether an address belongs to the area.
  func contains(_ address: GuestVirtual) -> Bool { address - start < bytes }
}

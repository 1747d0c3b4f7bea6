public import Paging

/// A range of guest-physical addresses and what the host has behind it.
public struct Slot: Sendable, Hashable {
  /// What a slot is.
  public enum Kind: Sendable, Hashable {
    /// Memory.
    case ram
    /// Memory that a write to is emulated by the hypervisor's process: a ROM, or flash.
    case readOnly
    /// A device whose registers the hypervisor's kernel emulates.
    case kernelDevice
    /// A device whose registers the hypervisor's process emulates.
    case processDevice

    /// Whether pages of the slot are ever mapped.
    public var isMemory: Bool { self == .ram || self == .readOnly }
  }

  /// Where a page comes from when it is touched for the first time.
  public enum Source: UInt8, Sendable, Hashable, CaseIterable {
    /// Anonymous memory: zeros.
    case zero
    /// A file that the host's page cache holds; pages are shared until they are written.
    case file
    /// A file of a stopped machine's memory that has to be read from storage.
    case snapshot
    /// Anonymous memory that was swapped out.
    case swap
    /// Another host, as after the switch of a post-copy migration.
    case network
    /// A file that is read into the host's page cache for all of its machines: which of them has a page
    /// read is a matter of time, so the faults' routes say which pages they take from it.
    case sharedFile
  }

  /// The first address.
  public var start: GuestPhysical
  /// How many bytes there are.
  public var bytes: UInt64
  /// What the slot is.
  public var kind: Kind
  /// Where its pages come from.
  public var source: Source

  /// A slot of `bytes` bytes at `start`.
  public init(
    at start: GuestPhysical, bytes: UInt64, _ kind: Kind = .ram, source: Source = .zero
  ) {
    self.start = start
    self.bytes = bytes
    self.kind = kind
    self.source = source
  }

  /// The address behind the last one.
  @inline(__always)
  var end: UInt64 { start.value &+ bytes }
}

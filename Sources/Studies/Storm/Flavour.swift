public import Guests
public import Paging

/// Virtual machines of one kind.
public struct Flavour: Sendable, Hashable {
  /// Where a virtual machine's memory comes from.
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// Zeroed frames.
    case fresh
    /// A snapshot in the host's page cache.
    case cachedSnapshot
    /// A snapshot on the host's storage.
    case storedSnapshot
    /// A snapshot that a handler in user space brings over the network.
    case networkSnapshot
  }

  /// What they are called.
  public var name: String
  /// How many there are.
  public var count: Int
  /// What each does, and its memory.
  public var guest: GuestProfile
  /// The virtual processors of each.
  public var processors = 1
  /// The format of the second stage's tables.
  public var host: HostFormat
  /// Where the memory comes from.
  public var source = Source.fresh

  /// So many virtual machines.
  public init(_ name: String, count: Int, _ guest: GuestProfile, over host: HostFormat) {
    self.name = name
    self.count = count
    self.guest = guest
    self.host = host
  }
}

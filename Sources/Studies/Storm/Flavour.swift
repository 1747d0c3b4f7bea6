public import Guests
public import Paging
public import Simulation

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
    /// One snapshot on the host's storage that all machines read through the host's page cache: who touches
    /// a page of it first has it read, and the others find it or wait until it is there.
    case sharedSnapshot
  }

  /// What several virtual processors do of a guest's touches.
  public enum Touches: String, Sendable, Hashable, CaseIterable {
    /// Each touch is made by the one that is free first.
    case divided
    /// Each of them makes all touches, so that they race for every page.
    case repeated
  }

  /// What they are called.
  public var name: String
  /// How many there are.
  public var count: Int
  /// What each does, and its memory.
  public var guest: GuestProfile
  /// The virtual processors of each.
  public var processors = 1
  /// How many of them make the guest's touches at once.
  public var active = 1
  /// What those do of the guest's touches.
  public var touches = Touches.divided
  /// The format of the second stage's tables.
  public var host: HostFormat
  /// Where the memory comes from.
  public var source = Source.fresh
  /// What the snapshot is called that they come from, which others may name, too; where nothing is said,
  /// machines that share theirs have one of their flavour's name.
  public var snapshot: String?
  /// What sets them apart from each other, if anything does.
  public var variation: Variation?
  /// When one of them was ready that was measured alone; what the guest's work and its faults leave of that
  /// is its launch.
  public var measuredReady: VirtualDuration?

  /// So many virtual machines.
  public init(_ name: String, count: Int, _ guest: GuestProfile, over host: HostFormat) {
    self.name = name
    self.count = count
    self.guest = guest
    self.host = host
  }

  /// The name of the snapshot that the machines come from, if it has one.
  public var snapshotName: String? {
    source == .fresh ? nil : snapshot ?? (source == .sharedSnapshot ? name : nil)
  }

  /// How many virtual processors of a machine touch its memory at once.
  var racers: Int { max(1, min(active, processors)) }
}

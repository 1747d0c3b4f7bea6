/// What a host has an end of, and how much of it the machines take.
public struct DensityConstraint: Sendable, Hashable {
  /// What there is an end of.
  public enum Kind: Sendable, Hashable {
    /// Memory outside pools.
    case memory
    /// A pool of huge pages.
    case pool(pageBytes: UInt64)
    /// Virtual processors.
    case processors
    /// Memory and swap together, which must hold what guests have touched and do not use.
    case swap
    /// A resource that the user named.
    case named(String)
    /// How likely it may be that guests use more memory than there is.
    case pressure
    /// How long machines that boot at once may take.
    case boot
  }

  /// What it is.
  public var kind: Kind
  /// How much the machines take: bytes, pages, thousandths of processors, or units.
  public var used: UInt64
  /// How much there is.
  public var capacity: UInt64
  /// How many machines would fit if only this had an end, whatever each is worth.
  public var alone: UInt64
  /// The kinds of machines of which it lets no other in.
  public var stops: [String]

  /// The part that is free.
  public var slack: Double {
    capacity == 0 ? 0 : 1 - Double(used) / Double(capacity)
  }
}

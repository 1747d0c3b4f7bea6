/// Below how many free bytes a real host's kernel reclaims: the sums over all its zones.
public struct InventoryWatermarks: Sendable, Hashable {
  /// Below this only those allocate that can't wait.
  public var minimumBytes: Observed<UInt64>?
  /// Below this reclaim in the background starts.
  public var lowBytes: Observed<UInt64>?
  /// Above this it stops.
  public var highBytes: Observed<UInt64>?

  /// Watermarks of which nothing is known.
  public init() {}
}

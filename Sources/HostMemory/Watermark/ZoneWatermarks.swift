/// The free frames of a zone at which something happens, as /proc/zoneinfo shows them.
public struct ZoneWatermarks: Sendable, Hashable {
  /// Below it, who allocates has to reclaim.
  public let min: UInt64
  /// Below it, kswapd wakes.
  public let low: UInt64
  /// Above it, kswapd sleeps.
  public let high: UInt64
  /// Above it, there is room for pages from slower tiers.
  public let promo: UInt64
  /// The most by which all may be raised after types have mixed.
  public let mostBoost: UInt64
  /// What allocations that could be served from higher zones must leave, by the highest zone that would
  /// do: /proc/zoneinfo's “protection”.
  public let protection: [UInt64]
}

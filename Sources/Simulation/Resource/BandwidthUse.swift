/// How a bandwidth was used.
public struct BandwidthUse: Sendable, Hashable {
  /// The bytes that were moved.
  public internal(set) var bytes: Int64 = 0
  /// How long anyone used it.
  public internal(set) var busy = VirtualDuration.zero
}

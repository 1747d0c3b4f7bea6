/// How a device was used.
public struct DeviceUse: Sendable, Hashable {
  /// The requests.
  public internal(set) var requests = 0
  /// Their bytes.
  public internal(set) var bytes: Int64 = 0
  /// How long requests waited for a place, all together.
  public internal(set) var queued = TotalTime.zero
  /// How long requests were worked on, all together.
  public internal(set) var busy = TotalTime.zero
}

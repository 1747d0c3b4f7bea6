/// What a guest does next.
public enum GuestStep: Sendable, Hashable {
  /// A phase begins; its number is its place among the profile's.
  case phase(Int)
  /// The processor works so many nanoseconds.
  case compute(UInt64)
  /// A page is touched.
  case touch(GuestTouch)
  /// The guest waits so many nanoseconds for a device.
  case wait(UInt64)
  /// The guest is ready.
  case ready
}

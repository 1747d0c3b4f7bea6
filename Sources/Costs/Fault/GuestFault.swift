/// A fault that the guest resolves itself, without its host.
public enum GuestFault: UInt8, Sendable, Hashable, CaseIterable {
  /// A page is given out of the guest's free memory, or found in its page cache.
  case minor
  /// A page is read from the guest's disk.
  case major
  /// A page that processes share since a fork is copied.
  case copy
  /// The guest's processor leaves accessed or dirty bits to software.
  case accessFlag
}

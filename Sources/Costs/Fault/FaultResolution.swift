/// How the hypervisor made the access possible.
public enum FaultResolution: UInt8, Sendable, Hashable, CaseIterable {
  /// A frame was found or made, and mapped.
  case allocate
  /// A frame that others use too was replaced by a copy.
  case copy
  /// A device's answer was worked out instead.
  case emulate
  /// The write was noted for dirty tracking, and allowed.
  case log
  /// A large page was mapped in smaller pieces.
  case split
  /// The page was marked as accessed.
  case age
  /// The page was there, lacked a right that the guest has, and was given it: nothing else changed.
  case permit
  /// Another virtual processor had resolved it already.
  case spurious
}

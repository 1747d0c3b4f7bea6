public import Hypervisor

/// How the writes of a machine that is moved are tracked.
public struct WriteTracking: Sendable, Hashable {
  /// How the hypervisor learns of them.
  public var mechanism: DirtyMechanism
  /// What becomes of large pages; KVM's way on the architecture without it.
  public var splitting: LogSplitting?
  /// The bytes of memory whose log is cleared at once with manual protection, just before they are sent:
  /// QEMU clears 1 GiB.
  public var chunkBytes: UInt64 = 1 << 30

  /// How processors share the lock that faults are resolved under; KVM's way on the architecture without
  /// it.
  public var lock: FaultLock?

  /// A way of tracking.
  public init(_ mechanism: DirtyMechanism = .writeProtection, splitting: LogSplitting? = nil) {
    self.mechanism = mechanism
    self.splitting = splitting
  }
}

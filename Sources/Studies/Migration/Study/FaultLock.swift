import Paging

/// How processors share the lock of their machine's second stage while they resolve faults.
public enum FaultLock: String, Sendable, Hashable, CaseIterable {
  /// They hold it together: KVM on x86-64, and on Arm since Linux 5.18 for pages that are protected.
  case shared
  /// One at a time holds it, and so does who reads or clears the log: KVM on RISC-V, and on Arm before.
  case exclusive
}

extension HostFormat {
  /// How KVM's processors share the lock of the second stage on the architecture.
  var usualFaultLock: FaultLock { isa == .riscv ? .exclusive : .shared }
}

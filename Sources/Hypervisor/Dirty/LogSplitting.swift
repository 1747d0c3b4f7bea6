/// What becomes of large pages while writes are logged, which goes by pages of 4 KiB.
public enum LogSplitting: String, Sendable, Hashable, CaseIterable {
  /// All are split when logging starts: KVM's way on x86, unless it is told not to.
  case eager
  /// The first write to one splits it, and all its small pages stay mapped: KVM's way on RISC-V since
  /// 2026, and on x86 where it doesn't split eagerly.
  case onFault
  /// The first write to one breaks it and maps the one small page that was written; the others are
  /// mapped again as they are missed: KVM's way on Arm.
  case breaking
}

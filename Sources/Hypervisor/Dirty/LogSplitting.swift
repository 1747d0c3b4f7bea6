/// What becomes of large pages while writes are logged, which goes by pages of 4 KiB.
public enum LogSplitting: String, Sendable, Hashable, CaseIterable {
  /// All are split when logging starts.
  case eager
  /// The first write to one splits it, and all its small pages stay mapped: KVM's way on x86.
  case onFault
  /// The first write to one breaks it and maps the one small page that was written; the others are
  /// mapped again as they are missed: KVM's way on Arm.
  case breaking
}

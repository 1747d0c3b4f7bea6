/// Which neighbours of a page that faulted are mapped with it, where the policy has a batch.
public enum BatchFill: String, Sendable, Hashable, CaseIterable {
  /// All that are not mapped yet; frames are taken for those that have none.
  case fresh
  /// Those that the process's table has already, as KVM on x86 prefetches eight entries where it keeps
  /// shadow tables: nothing is allocated ahead.
  case backed
}

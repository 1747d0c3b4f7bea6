/// What a host does for a virtual machine without a fault of it.
public enum HostWork: UInt8, Sendable, Hashable, CaseIterable {
  /// Memory is backed or mapped before it is touched.
  case populate
  /// Large pages are split before anyone writes to them.
  case split
  /// Small pages are made large again.
  case collapse
  /// Pages are protected so that writes to them will be seen.
  case protect
  /// Dirty pages are collected.
  case collect
  /// Accessed bits are looked at and cleared.
  case age
  /// Pages are taken away: by reclaim, merging, a balloon or migration between nodes.
  case zap
  /// A hypervisor inside a virtual machine is served.
  case nest
}

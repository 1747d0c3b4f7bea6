/// In which order a kernel or hypervisor stores the entries on the way to a new page.
public enum TableBuilding: String, Sendable, Hashable, CaseIterable {
  /// A new table is linked first and filled then, as Linux and its KVM do it.
  case downwards
  /// A table is complete before the entry that leads to it is stored.
  case upwards
}

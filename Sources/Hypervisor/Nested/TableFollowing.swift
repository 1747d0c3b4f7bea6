/// How a hypervisor learns that its guest has edited tables which it follows in tables of its own.
public enum TableFollowing: String, Sendable, Hashable, CaseIterable {
  /// A table is write-protected from the moment at which a followed entry leads to it.
  ///
  /// It is what the published worst cases count: every store into a table is emulated.
  case everyTable = "every-table"
  /// A table is write-protected once something was derived from it.
  ///
  /// A table that is new to its hypervisor is filled without a trap.
  case derivedTables = "derived-tables"
  /// As ``derivedTables``, but tables whose entries map the smallest pages are not write-protected;
  /// they may run ahead of what was derived from them until the guest invalidates it. So does KVM.
  case upperTables = "upper-tables"
  /// Nothing is write-protected. What was derived is forgotten when the guest invalidates it, which the
  /// architecture asks for whenever a translation is taken away, and never for one that is added.
  case invalidations

  /// Whether a table may run ahead of what was derived from it.
  var letsTablesRunAhead: Bool { self == .upperTables || self == .invalidations }
}

/// What can be done with the pages of an allocation once they are in use.
///
/// A zone keeps them apart by blocks of 2 MiB, so that what can't be moved does not spread over memory.
public enum MigrateType: UInt8, Sendable, Hashable, CaseIterable {
  /// It stays where it is: the kernel's own structures, tables, pinned pages.
  case unmovable = 0
  /// It can be moved: what processes and guests use.
  case movable = 1
  /// It can be given back: caches of the kernel.
  case reclaimable = 2

  /// Whose free pages are taken when there are none of the type's own, in this order.
  var fallbacks: (MigrateType, MigrateType) {
    switch self {
    case .unmovable: (.reclaimable, .movable)
    case .movable: (.reclaimable, .unmovable)
    case .reclaimable: (.unmovable, .movable)
    }
  }
}

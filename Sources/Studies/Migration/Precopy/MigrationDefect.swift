/// What goes wrong in a migration, for tests that must notice it.
enum MigrationDefect: Sendable, Hashable {
  case none
  /// The guest runs on for a while after the last round, and what it writes then is not asked for.
  case forgetsLastLog
  /// The log is cleared some time after it was read.
  case clearsLate
  /// The hypervisor changes entries and lets processors go on with what their TLBs have.
  case losesFlushes
}

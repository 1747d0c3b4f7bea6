import Hypervisor

extension LoggingPhases {
  /// The phases of one of a migration's machines, whose processors have equal parts of its memory.
  ///
  /// Which pages it writes and how fast has no part in them, nor has the link: how much is written is said
  /// by the share of an iteration.
  public init(_ migration: MigrationStudy) {
    self.init(migration.host)
    processors = migration.processors
    bytesPerProcessor = migration.memoryBytes / UInt64(max(1, migration.processors))
    backing = migration.backing
    method = LoggingMethod(migration.tracking.mechanism)
    splitting = migration.tracking.splitting.map { Splitting($0) }
    if let entries = migration.tracking.mechanism.ringEntries { ringEntries = entries }
    if method == .manual { clearBytes = migration.tracking.chunkBytes }
    lock = migration.tracking.lock
    seed = migration.seed
  }
}

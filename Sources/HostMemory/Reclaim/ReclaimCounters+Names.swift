extension ReclaimCounters {
  /// The counters under the kernel's names; those that it has not are named in one word, `fileReads`.
  public var named: [(name: String, count: UInt64)] {
    [
      ("pgfault", faults), ("pgmajfault", majorFaults), ("pswpin", swapIns),
      ("pswpout", swapOuts), ("fileReads", fileReads), ("fileWrites", fileWrites),
      ("pgscan_anon", scanned.anon), ("pgscan_file", scanned.file),
      ("pgsteal_anon", stolen.anon), ("pgsteal_file", stolen.file),
      ("pgsteal_kswapd", stolenByKswapd), ("workingset_refault_anon", refaults.anon),
      ("workingset_refault_file", refaults.file),
      ("workingset_activate_anon", refaultActivations.anon),
      ("workingset_activate_file", refaultActivations.file),
      ("workingset_restore_anon", restores.anon), ("workingset_restore_file", restores.file),
      ("pgactivate", activations), ("pgdeactivate", deactivations), ("agings", agings),
      ("allocstall", stalls),
      ("limitStalls", limitStalls), ("kswapdWakes", wakes), ("oom_kill", kills),
    ]
  }
}

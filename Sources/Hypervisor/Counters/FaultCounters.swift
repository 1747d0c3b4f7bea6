/// What a hypervisor counts, under the names of KVM's statistics.
public struct FaultCounters: Sendable, Hashable {
  /// Faults of the second stage that were taken.
  public internal(set) var pfTaken: UInt64 = 0
  /// Faults that an entry was installed for.
  public internal(set) var pfFixed: UInt64 = 0
  /// Faults that found their entry there already.
  public internal(set) var pfSpurious: UInt64 = 0
  /// Faults that were resolved by changing an entry without taking the lock: on x86, the right to write
  /// for an entry that had it or would have it but for a log, and the rights that a scan took away.
  public internal(set) var pfFast: UInt64 = 0
  /// Entries that mark a device's page.
  public internal(set) var pfMMIOSPTECreated: UInt64 = 0
  /// Faults whose instruction was emulated.
  public internal(set) var pfEmulate: UInt64 = 0
  /// Pages of 4 KiB that the second stage maps.
  public internal(set) var pages4K: Int64 = 0
  /// Pages of 2 MiB that the second stage maps.
  public internal(set) var pages2M: Int64 = 0
  /// Pages of 1 GiB that the second stage maps.
  public internal(set) var pages1G: Int64 = 0
  /// Times that all processors were made to flush.
  public internal(set) var remoteTLBFlush: UInt64 = 0

  /// Counters at zero.
  public init() {}

  /// The counters by their names, in KVM's order.
  public var named: [(name: String, value: Int64)] {
    [
      ("pf_taken", Int64(pfTaken)), ("pf_fixed", Int64(pfFixed)), ("pf_emulate", Int64(pfEmulate)),
      ("pf_spurious", Int64(pfSpurious)), ("pf_fast", Int64(pfFast)),
      ("pf_mmio_spte_created", Int64(pfMMIOSPTECreated)), ("pages_4k", pages4K),
      ("pages_2m", pages2M), ("pages_1g", pages1G), ("remote_tlb_flush", Int64(remoteTLBFlush)),
    ]
  }
}

/// What a scan of a slot's pages has found.
public struct AccessScan: Sendable, Hashable {
  /// The entries that were looked at; a large page is one.
  public internal(set) var entries: UInt64 = 0
  /// The entries that were accessed since the last scan.
  public internal(set) var accessedEntries: UInt64 = 0
  /// The pages that they map.
  public internal(set) var accessed: SlotPages

  init(_ slot: Slot) { accessed = SlotPages(slot) }
}

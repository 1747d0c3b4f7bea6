public import Paging

/// What a core's translation of a workload's accesses costs, for several pairs of page sizes.
public struct TranslationStudy: Sendable, Hashable {
  /// The TLBs and walk caches.
  public var core: CoreModel
  /// The format of the guest's tables.
  public var guest: GuestFormat
  /// The format of the hypervisor's tables.
  public var host: HostFormat
  /// In which order frames become tables, at both stages.
  public var order: TableOrder
  /// What a table read costs.
  public var latency: MemoryLatency
  /// The accesses at the start that are made and not counted.
  public var warmUp: Int

  /// A study of a core with tables of these formats.
  public init(
    _ core: CoreModel, guest: GuestFormat, host: HostFormat, order: TableOrder = .ascending,
    latency: MemoryLatency = .server, warmUp: Int = 0
  ) {
    self.core = core
    self.guest = guest
    self.host = host
    self.order = order
    self.latency = latency
    self.warmUp = warmUp
  }

  /// Refuses a footprint whose tables can't be made, before any access is.
  public func check(_ pages: PagePair, bytes: UInt64) throws(TranslationStudyError) {
    try StudiedMemory.check(self, pages, bytes: bytes)
  }

  /// The table reads of a walk without any cache: (g + 1)(h + 1) − 1 for g and h tables at the stages.
  ///
  /// The hypervisor maps the guest's tables by pages of the same size as all else.
  public func uncachedReads(_ pages: PagePair) -> Int? {
    guard let guestLevel = guest.shape.level(ofPageBytes: pages.guest) else { return nil }
    let guestReads = guest.shape.levels - guestLevel
    guard let hostBytes = pages.host else { return guestReads }
    guard let hostLevel = host.shape.level(ofPageBytes: hostBytes) else { return nil }
    return (guestReads + 1) * (host.shape.levels - hostLevel + 1) - 1
  }
}

import Costs

/// What a fault, or any other work of the host, has used so far.
///
/// What lies side by side in a ledger's row does not here: the compiler would add two such words to the
/// row at once, and a load of both would wait until what was counted last has reached the cache.
struct FaultWork: Sendable, Hashable {
  var rewalks: UInt64 = 0
  var hostLookups: UInt64 = 0
  var allocations: UInt64 = 0
  var slotLookups: UInt64 = 0
  var hostFaults: UInt64 = 0
  var tables: UInt64 = 0
  var zeroBytes: UInt64 = 0
  var entries: UInt64 = 0
  var locks: UInt64 = 0
  var userspaceExits: UInt64 = 0
  var copyBytes: UInt64 = 0
  var changes: UInt64 = 0
  var localFlushes: UInt64 = 0
  var remoteFlushes: UInt64 = 0
  var broadcasts: UInt64 = 0
  var freedTables: UInt64 = 0
  var pageCacheRequests: UInt64 = 0
  var storageRequests: UInt64 = 0
  var storageBytes: UInt64 = 0
  var networkRequests: UInt64 = 0
  var networkBytes: UInt64 = 0
  var userfaults: UInt64 = 0
  var decodedInstructions: UInt64 = 0
  var emulations: UInt64 = 0
  var loggedPages: UInt64 = 0
  var scannedEntries: UInt64 = 0
  var pins: UInt64 = 0

  @inline(__always)
  init() {}
}

extension Tally {
  /// Posts a fault with all that its resolution used, the way out of the guest and back included.
  ///
  /// The work is not changed; it is taken where it lies, for it is more words than are worth a copy.
  @inline(__always)
  mutating func post(_ event: FaultEvent, _ work: inout FaultWork) {
    let activity = Activity.fault(event)
    if keepsRoutes { take(activity, &work) }
    count(activity)
    use(.exit, for: activity)
    use(.decode, for: activity)
    use(.entry, for: activity)
    post(work, for: activity)
  }

  @inline(never)
  private mutating func take(_ activity: Activity, _ work: inout FaultWork) {
    routes.take(activity, work)
  }

  /// Posts work of the host's that no fault asked for.
  mutating func postWork(_ kind: HostWork, times: UInt64, _ work: FaultWork) {
    let activity = Activity.work(kind)
    if keepsRoutes { routes.take(activity, work) }
    count(activity, times: times)
    post(work, for: activity)
  }

  /// Posts what an activity used.
  @inline(__always)
  mutating func post(_ work: FaultWork, for activity: Activity) {
    use(.slotLookup, work.slotLookups, for: activity)
    use(.lock, work.locks, for: activity)
    use(.hostLookup, work.hostLookups, for: activity)
    use(.hostFault, work.hostFaults, for: activity)
    use(.allocate, work.allocations, for: activity)
    use(.zeroByte, work.zeroBytes, for: activity)
    use(.installEntry, work.entries, for: activity)
    use(.installTable, work.tables, for: activity)
    use(.rewalk, work.rewalks, for: activity)
    postRest(work, for: activity)
  }

  /// What few faults use.
  @inline(__always)
  private mutating func postRest(_ work: FaultWork, for activity: Activity) {
    let flushes = work.localFlushes | work.remoteFlushes | work.broadcasts
    if flushes | work.changes | work.freedTables | work.copyBytes != 0 {
      use(.changeEntry, work.changes, for: activity)
      use(.freeTable, work.freedTables, for: activity)
      use(.copyByte, work.copyBytes, for: activity)
      use(.flushLocal, work.localFlushes, for: activity)
      use(.flushRemote, work.remoteFlushes, for: activity)
      use(.flushBroadcast, work.broadcasts, for: activity)
    }
    if work.emulations | work.loggedPages | work.scannedEntries | work.pins != 0 {
      use(.decodeInstruction, work.decodedInstructions, for: activity)
      use(.emulate, work.emulations, for: activity)
      use(.logDirty, work.loggedPages, for: activity)
      use(.scanEntry, work.scannedEntries, for: activity)
      use(.pin, work.pins, for: activity)
    }
    let far = work.storageRequests | work.networkRequests | work.pageCacheRequests
    if far | work.userfaults | work.userspaceExits != 0 {
      use(.userspaceExit, work.userspaceExits, for: activity)
      use(.pageCache, work.pageCacheRequests, for: activity)
      use(.storageRequest, work.storageRequests, for: activity)
      use(.storageByte, work.storageBytes, for: activity)
      use(.networkRequest, work.networkRequests, for: activity)
      use(.networkByte, work.networkBytes, for: activity)
      use(.userfault, work.userfaults, for: activity)
    }
  }
}

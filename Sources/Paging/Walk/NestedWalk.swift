/// How a guest's format hands a finished walk on to the second stage.
protocol GuestPagingFormat: PagingFormat {
  /// The access that the second stage checks, once the guest's walk has found `leaf`.
  static func hostAccess(_ access: WalkAccess, leaf: StageLeaf, rules: Rules) -> WalkAccess

  /// Whether the page of a leaf belongs to all address spaces of its guest.
  static func isGlobal(_ entry: UInt64, _ rules: Rules) -> Bool
}

extension GuestPagingFormat {
  @inline(__always)
  static func hostAccess(_ access: WalkAccess, leaf: StageLeaf, rules: Rules) -> WalkAccess {
    access
  }
}

/// A stage that is off: what it would translate goes through as it is.
enum Untranslated<Rules: Sendable>: GuestPagingFormat {
  static var indexBits: UInt64 { 0 }
  static var pageShift: UInt64 { 0 }
  static var accumulates: Bool { false }
  static var unaccumulated: UInt64 { 0 }
  static func address(_ entry: UInt64) -> UInt64 { entry }
  static func isGlobal(_ entry: UInt64, _ rules: Rules) -> Bool { false }
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64 { path }
  static func check(level: Int, access: WalkAccess, rules: Rules) -> EntryCheck { EntryCheck() }
  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: Rules, accumulated: UInt64
  ) -> EntryFinding { .refused(.notPresent) }
}

extension PagingFormat {
  /// Whether the stage is off, known when the walk is compiled.
  @inline(__always)
  static var isOff: Bool { indexBits == 0 }
}

/// Translates a guest-physical address at stage 2, or lets it through where stage 2 is off.
@inline(__always)
func walkHost<Host: PagingFormat, Observer: WalkObserver, Caches: WalkCaches>(
  _: Host.Type, _ address: UInt64, _ access: WalkAccess, _ row: CheckRow,
  _ role: WalkFailure.Context, _ view: StageView<Host.Rules>, _ caches: Caches,
  _ context: inout WalkContext, _ observer: inout Observer
) throws(WalkStopped) -> StageLeaf {
  if Host.isOff { return StageLeaf(address: address, entry: 0, shift: 0, accumulated: 0) }
  let rootIndex = address &>> view.geometry.topShift
  if rootIndex > view.rootIndexMask {
    throw context.stop(
      StageFailure(stage: .second, reason: .addressTooWide, made: access.kind),
      for: role, of: address)
  }
  if !Caches.isAbsent, let leaf = caches.recallNested(Host.self, address, access, role, view) {
    return leaf
  }
  let leaf: StageLeaf
  do {
    if Caches.isAbsent {
      return try walkTables(
        Host.self, address, rootIndex: rootIndex, access, row, role, view, &context, &observer)
    }
    var source = DirectSource(role, access.kind, caches)
    leaf = try walkStage(
      Host.self, address, rootIndex: rootIndex, access, row, view, &source, &context, &observer)
  } catch {
    throw context.stopped(for: role, of: address)
  }
  caches.keepNested(Host.self, leaf, of: address, access, role, view)
  return leaf
}

extension WalkContext {
  /// Keeps a failure of stage 2 together with what was looked up there.
  @inline(never)
  fileprivate mutating func stop(
    _ failure: StageFailure, for role: WalkFailure.Context, of address: UInt64
  ) -> WalkStopped {
    self.failure = failure
    return stopped(for: role, of: address)
  }

  /// Adds to a failure of stage 2 what was looked up there.
  @inline(never)
  fileprivate mutating func stopped(for role: WalkFailure.Context, of address: UInt64)
    -> WalkStopped
  {
    failure?.context = role
    failure?.guestPhysical = GuestPhysical(address)
    return WalkStopped()
  }

  /// Adds to a failure of stage 2 the level of the guest's table that it served, and counts the guest's
  /// tables that had been read until then.
  @inline(never)
  fileprivate mutating func stopped(guestLevel: Int, from topLevel: Int) -> WalkStopped {
    failure?.guestLevel = guestLevel
    reads &+= topLevel &- guestLevel
    return WalkStopped()
  }

  /// Adds to a failure of stage 2 what the finished walk of stage 1 had found.
  @inline(never)
  fileprivate mutating func stopped(after leaf: StageLeaf) -> WalkStopped {
    failure?.guestAccumulated = leaf.accumulated
    return WalkStopped()
  }
}

/// A guest's tables, each of whose reads the second stage translates.
struct NestedSource<Host: PagingFormat, Caches: WalkCaches>: TableSource {
  static var stage: WalkFailure.Stage { .first }
  let view: StageView<Host.Rules>
  private let row: CheckRow
  private(set) var place: UInt64 = 0
  private var caches: Caches

  @inline(__always)
  init(_ view: StageView<Host.Rules>, _ caches: Caches) {
    self.view = view
    self.caches = caches
    row = view.row(view.geometry.tableRead, Host.self)
  }

  var quiet: Self {
    var quiet = self
    quiet.caches = caches.quiet
    return quiet
  }

  @inline(__always)
  func start<Format: PagingFormat>(
    _ address: UInt64, _ geometry: StageGeometry, _: Format.Type
  ) -> WalkStart? {
    if Caches.isAbsent { return nil }
    return caches.guestStart(address, geometry, indexBits: Format.indexBits)
  }

  @inline(__always)
  func enter(_ table: UInt64, of address: UInt64, by entry: PassedEntry) {
    if !Caches.isAbsent { caches.passGuestTable(table, by: entry) }
  }

  @inline(__always)
  mutating func read<Observer: WalkObserver>(
    _ table: UInt64, _ offset: UInt64, level: Int, from topLevel: Int,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) -> UInt64 {
    let address = table &+ offset
    if !Caches.isAbsent, let tablePlace = caches.takePlaceOfTable() {
      place = tablePlace &+ offset
    } else {
      let leaf: StageLeaf
      do {
        leaf = try walkHost(
          Host.self, address, view.geometry.tableRead, row, .tableRead, view, caches, &context,
          &observer)
      } catch {
        throw context.stopped(guestLevel: level, from: topLevel)
      }
      place = leaf.address
      if !Caches.isAbsent {
        caches.keepGuestTable(at: place &- offset, in: leaf.shift, readsBelow: context.reads)
      }
    }
    guard let entry = context.memory.read(place) else {
      context.reads &+= topLevel &- level
      throw context.stop(
        StageFailure(
          stage: .first, reason: .absentMemory, level: level, made: .read,
          guestPhysical: GuestPhysical(address), absentPlace: HostPhysical(place)))
    }
    observer.step(
      WalkStep(
        stage: .first, level: level, address: address, place: HostPhysical(place), entry: entry,
        context: .finalAccess))
    return entry
  }

  /// Updates a guest entry: a write of its own at stage 2, which can fail where the read went through.
  ///
  /// Where the read already counted as a write, it has found out all there is to find out.
  @inline(never)
  func update<Observer: WalkObserver>(
    _ address: UInt64, place: UInt64, level: Int, to entry: UInt64,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) {
    if !Host.isOff, view.geometry.tableRead.kind != .write {
      // The tables on the way were counted when the entry was read.
      let reads = context.reads
      defer { context.reads = reads }
      let access = view.geometry.tableUpdate
      do {
        _ = try walkHost(
          Host.self, address, access, view.row(access, Host.self), .tableUpdate, view,
          caches.quiet, &context, &observer)
      } catch {
        throw context.stopped(guestLevel: level, from: level)
      }
    }
    // The memory is there: the entry was read from it.
    _ = context.memory.write(place, entry)
    context.updates &+= 1
  }
}

/// Walks both stages for one access.
///
/// The caller has made the checks on the virtual address that come before the walk.
@inline(__always)
func nestedWalk<
  Guest: GuestPagingFormat, Host: PagingFormat, Observer: WalkObserver, Caches: WalkCaches
>(
  _: Guest.Type, _: Host.Type, _ address: UInt64, _ access: WalkAccess,
  _ guest: StageView<Guest.Rules>, _ host: StageView<Host.Rules>, _ caches: Caches,
  _ context: inout WalkContext, _ observer: inout Observer
) throws(WalkStopped) -> WalkArrival {
  if !Caches.isAbsent,
    let arrival = caches.recall(Guest.self, Host.self, access, guest, host)
  {
    return arrival
  }
  var found = StageLeaf(address: address, entry: 0, shift: 0, accumulated: 0)
  if !Guest.isOff {
    if !Caches.isAbsent, let leaf = caches.recallGuest(Guest.self, address, access, guest) {
      found = leaf
    } else {
      var source = NestedSource<Host, Caches>(host, caches)
      found = try walkStage(
        Guest.self, address,
        // What is above the stage's width, such as the extension of a sign or a tag, is left out.
        rootIndex: (address &>> guest.geometry.topShift) & guest.rootIndexMask, access,
        guest.row(access, Guest.self), guest, &source, &context, &observer)
      if !Caches.isAbsent { caches.keepGuest(Guest.self, found, access, guest, context.reads) }
    }
  }
  let final = Guest.hostAccess(access, leaf: found, rules: guest.rules)
  let leaf: StageLeaf
  do {
    leaf = try walkHost(
      Host.self, found.address, final, host.row(final, Host.self), .finalAccess, host, caches,
      &context, &observer)
  } catch {
    throw context.stopped(after: found)
  }
  if !Caches.isAbsent { caches.keep(Guest.self, found, leaf, access, guest, context.reads) }
  context.guestEntry = found.entry
  context.hostEntry = leaf.entry
  return WalkArrival(
    hostPhysical: leaf.address, guestPhysical: found.address, guestShift: found.shift,
    hostShift: leaf.shift)
}

/// Where a nested walk arrives.
///
/// It is four words, which come back in registers; what else is known is in the walk's context.
struct WalkArrival {
  var hostPhysical: UInt64
  var guestPhysical: UInt64
  var guestShift: UInt64
  var hostShift: UInt64
}

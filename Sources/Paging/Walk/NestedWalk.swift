/// How a guest's format hands a finished walk on to the second stage.
protocol GuestPagingFormat: PagingFormat {
  /// The access that the second stage checks, once the guest's walk has found `leaf`.
  static func hostAccess(_ access: WalkAccess, leaf: StageLeaf, rules: Rules) -> WalkAccess
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
func walkHost<Host: PagingFormat, Observer: WalkObserver>(
  _: Host.Type, _ address: UInt64, _ access: WalkAccess, _ row: CheckRow,
  _ role: WalkFailure.Context, _ view: StageView<Host.Rules>,
  _ context: inout WalkContext, _ observer: inout Observer
) throws(WalkStopped) -> StageLeaf {
  if Host.isOff { return StageLeaf(address: address, entry: 0, shift: 0, accumulated: 0) }
  let rootIndex = address &>> view.geometry.topShift
  if rootIndex > view.rootIndexMask {
    throw context.stop(
      StageFailure(stage: .second, reason: .addressTooWide, made: access.kind),
      for: role, of: address)
  }
  var source = DirectSource(role, access.kind)
  do {
    return try walkStage(
      Host.self, address, rootIndex: rootIndex, access, row, view, &source, &context, &observer)
  } catch {
    throw context.stopped(for: role, of: address)
  }
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

  /// Adds to a failure of stage 2 the level of the guest's table that it served.
  @inline(never)
  fileprivate mutating func stopped(guestLevel: Int) -> WalkStopped {
    failure?.guestLevel = guestLevel
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
struct NestedSource<Host: PagingFormat>: TableSource {
  static var stage: WalkFailure.Stage { .first }
  let view: StageView<Host.Rules>
  private let row: CheckRow
  private(set) var place: UInt64 = 0

  @inline(__always)
  init(_ view: StageView<Host.Rules>) {
    self.view = view
    row = view.row(view.geometry.tableRead, Host.self)
  }

  @inline(__always)
  mutating func read<Observer: WalkObserver>(
    _ table: UInt64, _ offset: UInt64, level: Int, _ context: inout WalkContext,
    _ observer: inout Observer
  ) throws(WalkStopped) -> UInt64 {
    let address = table &+ offset
    do {
      place = try walkHost(
        Host.self, address, view.geometry.tableRead, row, .tableRead, view, &context, &observer
      ).address
    } catch {
      throw context.stopped(guestLevel: level)
    }
    guard let entry = context.memory.read(place) else {
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
      let access = view.geometry.tableUpdate
      do {
        _ = try walkHost(
          Host.self, address, access, view.row(access, Host.self), .tableUpdate, view, &context,
          &observer)
      } catch {
        throw context.stopped(guestLevel: level)
      }
      context.reads = reads
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
func nestedWalk<Guest: GuestPagingFormat, Host: PagingFormat, Observer: WalkObserver>(
  _: Guest.Type, _: Host.Type, _ address: UInt64, _ access: WalkAccess,
  _ guest: StageView<Guest.Rules>, _ host: StageView<Host.Rules>,
  _ context: inout WalkContext, _ observer: inout Observer
) throws(WalkStopped) -> WalkArrival {
  var found = StageLeaf(address: address, entry: 0, shift: 0, accumulated: 0)
  if !Guest.isOff {
    var source = NestedSource<Host>(host)
    found = try walkStage(
      Guest.self, address,
      // What is above the stage's width, such as the extension of a sign or a tag, is left out.
      rootIndex: (address &>> guest.geometry.topShift) & guest.rootIndexMask, access,
      guest.row(access, Guest.self), guest, &source, &context, &observer)
  }
  let final = Guest.hostAccess(access, leaf: found, rules: guest.rules)
  let leaf: StageLeaf
  do {
    leaf = try walkHost(
      Host.self, found.address, final, host.row(final, Host.self), .finalAccess, host, &context,
      &observer)
  } catch {
    throw context.stopped(after: found)
  }
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

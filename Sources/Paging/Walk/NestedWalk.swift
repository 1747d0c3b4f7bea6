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
  _: Host.Type, _ address: UInt64, _ access: WalkAccess, _ role: WalkFailure.Context,
  _ view: StageView<Host.Rules>, _ context: inout WalkContext<Observer>
) throws(StageFailure) -> StageLeaf {
  if Host.isOff { return StageLeaf(address: address, entry: 0, shift: 0, accumulated: 0) }
  var failure: StageFailure
  if address &>> view.geometry.inputBits == 0 {
    var source = DirectSource(.second, role, access.kind)
    do {
      return try walkStage(Host.self, address, access, .second, view, &source, &context)
    } catch {
      failure = error
    }
  } else {
    failure = StageFailure(stage: .second, reason: .addressTooWide, made: access.kind)
  }
  failure.guestPhysical = GuestPhysical(address)
  failure.context = role
  throw failure
}

/// A guest's tables, each of whose reads the second stage translates.
struct NestedSource<Host: PagingFormat>: TableSource {
  let view: StageView<Host.Rules>
  private(set) var place: UInt64 = 0

  @inline(__always)
  init(_ view: StageView<Host.Rules>) { self.view = view }

  @inline(__always)
  mutating func read<Observer>(
    _ address: UInt64, level: Int, _ context: inout WalkContext<Observer>
  ) throws(StageFailure) -> UInt64 {
    let leaf: StageLeaf
    do {
      leaf = try walkHost(
        Host.self, address, view.geometry.tableRead, .tableRead, view, &context)
    } catch {
      var failure = error
      failure.guestLevel = level
      throw failure
    }
    place = leaf.address
    guard let entry = context.memory.read(leaf.address) else {
      throw StageFailure(
        stage: .first, reason: .absentMemory, level: level, made: .read,
        guestPhysical: GuestPhysical(address), absentPlace: HostPhysical(leaf.address))
    }
    context.reads &+= 1
    context.observer.step(
      WalkStep(
        stage: .first, level: level, address: address, place: HostPhysical(leaf.address),
        entry: entry, context: .finalAccess))
    return entry
  }

  /// Updates a guest entry: a write of its own at stage 2, which can fail where the read went through.
  ///
  /// Where the read already counted as a write, it has found out all there is to find out.
  @inline(never)
  mutating func update<Observer>(
    _ address: UInt64, place: UInt64, level: Int, to entry: UInt64,
    _ context: inout WalkContext<Observer>
  ) throws(StageFailure) {
    if !Host.isOff, view.geometry.tableRead.kind != .write {
      let reads = context.reads
      do {
        _ = try walkHost(
          Host.self, address, view.geometry.tableUpdate, .tableUpdate, view, &context)
      } catch {
        var failure = error
        failure.guestLevel = level
        throw failure
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
/// `address` is what of the virtual address the first stage's tables translate: the caller has made the
/// checks that come before the walk and cut what is not part of it.
@inline(__always)
func nestedWalk<Guest: GuestPagingFormat, Host: PagingFormat, Observer: WalkObserver>(
  _: Guest.Type, _: Host.Type, _ address: UInt64, _ access: WalkAccess,
  _ guest: StageView<Guest.Rules>, _ host: StageView<Host.Rules>,
  _ context: inout WalkContext<Observer>
) throws(StageFailure) -> Translation {
  let found: StageLeaf
  if Guest.isOff {
    found = StageLeaf(address: address, entry: 0, shift: 0, accumulated: 0)
  } else {
    var source = NestedSource<Host>(host)
    found = try walkStage(Guest.self, address, access, .first, guest, &source, &context)
  }
  let leaf: StageLeaf
  do {
    leaf = try walkHost(
      Host.self, found.address, Guest.hostAccess(access, leaf: found, rules: guest.rules),
      .finalAccess, host, &context)
  } catch {
    var failure = error
    failure.guestAccumulated = found.accumulated
    throw failure
  }
  return Translation(
    hostPhysical: HostPhysical(leaf.address), guestPhysical: GuestPhysical(found.address),
    guestEntry: found.entry, hostEntry: leaf.entry, guestPageShift: UInt8(found.shift),
    hostPageShift: UInt8(leaf.shift), reads: context.reads, updates: context.updates)
}

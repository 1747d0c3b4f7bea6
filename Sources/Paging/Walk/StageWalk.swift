/// What a walk carries along: the memory, the counts, and why it stopped, if it did.
struct WalkContext {
  let memory: MemoryHandle
  /// The table reads so far: once the walk has stopped, those of all entries that it has read.
  var reads = 0
  /// The leaf entry of the guest's tables, as the walk leaves it.
  var guestEntry: UInt64 = 0
  /// The leaf entry of the hypervisor's tables, as the walk leaves it.
  var hostEntry: UInt64 = 0
  /// Not beside ``reads``: the two would be copied by one load, which has to wait for the last store
  /// to either.
  var updates = 0
  var failure: StageFailure?

  @inline(__always)
  init(memory: MemoryHandle) { self.memory = memory }

  /// Keeps the reason for stopping, and gives the error that carries the news.
  @inline(never)
  mutating func stop(_ failure: StageFailure) -> WalkStopped { stopInPlace(failure) }

  /// The same as part of its caller, which stores the parts: a copy of the whole would wait for them.
  @inline(__always)
  mutating func stopInPlace(_ failure: StageFailure) -> WalkStopped {
    self.failure = failure
    return WalkStopped()
  }
}

/// The news that a walk has stopped; the context holds the reason.
///
/// It is empty so that the common way through a walk has no room to keep for an error.
struct WalkStopped: Error {}

/// Where the walk of one stage starts: at the root, or at a table that a walk cache knows the way to.
struct WalkStart {
  var table: UInt64
  var level: Int
  var shift: UInt64
  var index: UInt64
  /// What the path to the table has accumulated.
  var path: UInt64
}

/// An entry that a walk has gone through.
struct PassedEntry {
  var level: Int
  /// The lowest bit of the address that indexes the entry's table.
  var shift: UInt64
  /// What the path has accumulated, the entry included.
  var path: UInt64
  /// The reads of this stage's walk so far, and those of the walks below it.
  var reads: Int
  var readsBelow: Int
}

/// Where a stage's tables are read and updated: in memory, or through the stage below.
protocol TableSource {
  /// Whose tables they are.
  static var stage: WalkFailure.Stage { get }

  /// Where the walk of an address starts, if a cache knows better than to start at the root.
  func start<Format: PagingFormat>(
    _ address: UInt64, _ geometry: StageGeometry, _: Format.Type
  ) -> WalkStart?

  /// Takes note that an entry leads to a table.
  func enter(_ table: UInt64, of address: UInt64, by entry: PassedEntry)

  /// The same tables for reads that no cache is to take note of.
  var quiet: Self { get }

  /// The entry `offset` bytes into the table at `table`.
  ///
  /// Where it can't be read, those are counted that the walk has read from `topLevel` on.
  mutating func read<Observer: WalkObserver>(
    _ table: UInt64, _ offset: UInt64, level: Int, from topLevel: Int,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) -> UInt64

  /// Where the entry that was read last lies in the machine's memory.
  var place: UInt64 { get }

  /// Leaves `entry` at `address`, which was found at `place`.
  func update<Observer: WalkObserver>(
    _ address: UInt64, place: UInt64, level: Int, to entry: UInt64,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped)
}

/// Walks one stage's tables from the root to a leaf.
///
/// The caller has checked that the address fits the stage and taken the index of the root from it.
/// An entry that passes the masked compare of its level is gone through at once; any other goes to
/// the format's ladder.
@inline(__always)
func walkStage<Format: PagingFormat, Source: TableSource, Observer: WalkObserver>(
  _: Format.Type, _ address: UInt64, rootIndex: UInt64, _ access: WalkAccess, _ row: CheckRow,
  _ view: StageView<Format.Rules>, _ source: inout Source, _ context: inout WalkContext,
  _ observer: inout Observer
) throws(WalkStopped) -> StageLeaf {
  let start = source.start(address, view.geometry, Format.self)
  let topLevel = start?.level ?? view.geometry.topLevel
  var table = start?.table ?? view.geometry.root
  var level = topLevel
  var shift = start?.shift ?? view.geometry.topShift
  var index = start?.index ?? rootIndex
  var path = start?.path ?? Format.unaccumulated
  while true {
    let entry = try source.read(
      table, index &* 8, level: level, from: topLevel, &context, &observer)
    if Format.accumulates { path = Format.accumulate(path, entry) }
    if !row.isPlainTable(entry, level) {
      if row.isPlainLeaf(entry, level, path: path, Format.self) {
        if view.geometry.defersUpdates {
          try settle(
            Format.self, of: address, from: start, to: level, access, view, source, &context,
            &observer)
        }
        context.reads &+= topLevel &- level &+ 1
        // A plain leaf holds no bits below its page.
        return StageLeaf(
          address: Format.address(entry) | address & ((1 &<< shift) &- 1), entry: entry,
          shift: shift, accumulated: path)
      }
      let found = try resolve(
        Format.self, entry, at: table &+ index &* 8, of: address, from: start, level: level,
        path: path, access, view, source, &context, &observer)
      if !found.isTable {
        context.reads &+= topLevel &- level &+ 1
        let offset = (1 &<< found.shift) &- 1
        return StageLeaf(
          address: Format.address(entry) & ~offset | address & offset, entry: found.entry,
          shift: found.shift, accumulated: path)
      }
      table = Format.address(entry)
      // An entry that is yet to be marked as accessed is not for a cache.
      if !view.geometry.defersUpdates || found.entry == entry {
        source.enter(
          table, of: address,
          by: PassedEntry(
            level: level, shift: shift, path: path, reads: topLevel &- level &+ 1,
            readsBelow: context.reads))
      }
    } else {
      table = Format.address(entry)
      source.enter(
        table, of: address,
        by: PassedEntry(
          level: level, shift: shift, path: path, reads: topLevel &- level &+ 1,
          readsBelow: context.reads))
    }
    level &-= 1
    shift &-= Format.indexBits
    index = (address &>> shift) & ((1 &<< Format.indexBits) &- 1)
  }
}

/// What the ladder made of an entry that did not pass the compare.
private struct Resolved {
  var isTable: Bool
  var entry: UInt64
  var shift: UInt64
}

/// Sends an entry through the format's ladder, and makes the update that it asks for.
///
/// Where the walk stops here, what it has read is counted here: the loop has no part in it.
@inline(never)
private func resolve<Format: PagingFormat, Source: TableSource, Observer: WalkObserver>(
  _: Format.Type, _ entry: UInt64, at entryAddress: UInt64, of address: UInt64,
  from start: WalkStart?, level: Int, path: UInt64, _ access: WalkAccess,
  _ view: StageView<Format.Rules>, _ source: Source, _ context: inout WalkContext,
  _ observer: inout Observer
) throws(WalkStopped) -> Resolved {
  let read = (start?.level ?? view.geometry.topLevel) &- level &+ 1
  func update(
    to after: UInt64, _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) {
    do {
      try source.update(
        entryAddress, place: source.place, level: level, to: after, &context, &observer)
    } catch {
      context.reads &+= read
      throw error
    }
  }
  switch Format.examine(entry, level: level, access: access, rules: view.rules, accumulated: path)
  {
  case .table(let after):
    if after != entry, !view.geometry.defersUpdates {
      try update(to: after, &context, &observer)
    }
    return Resolved(isTable: true, entry: after, shift: 0)
  case .leaf(let after, let shift):
    if view.geometry.defersUpdates {
      try settle(
        Format.self, of: address, from: start, to: level, access, view, source, &context,
        &observer)
    }
    if after != entry { try update(to: after, &context, &observer) }
    return Resolved(isTable: false, entry: after, shift: shift)
  case .refused(let reason):
    if reason == .permission {
      let after = Format.denied(entry, rules: view.rules)
      if after != entry { try update(to: after, &context, &observer) }
    }
    context.reads &+= read
    throw context.stopInPlace(
      StageFailure(
        stage: Source.stage, reason: reason, level: level, made: access.kind, entry: entry,
        accumulated: path))
  }
}

/// Sets the accessed flags that have waited for the walk's success, from where it started down.
@inline(never)
private func settle<Format: PagingFormat, Source: TableSource, Observer: WalkObserver>(
  _: Format.Type, of address: UInt64, from start: WalkStart?, to leafLevel: Int,
  _ access: WalkAccess, _ view: StageView<Format.Rules>, _ source: Source,
  _ context: inout WalkContext, _ observer: inout Observer
) throws(WalkStopped) {
  // The entries are looked up once more, which nobody is to see or count.
  var quiet = WalkContext(memory: context.memory)
  var observer = NoObserver()
  var source = source.quiet
  defer {
    context.updates += quiet.updates
    if let failure = quiet.failure {
      context.failure = failure
      context.reads &+= (start?.level ?? view.geometry.topLevel) &- leafLevel &+ 1
    }
  }
  var table = start?.table ?? view.geometry.root
  var shift = start?.shift ?? view.geometry.topShift
  var index = start?.index ?? (address &>> shift) & view.rootIndexMask
  var level = start?.level ?? view.geometry.topLevel
  while level > leafLevel {
    let entryAddress = table &+ index &* 8
    let entry = try source.read(
      table, index &* 8, level: level, from: level, &quiet, &observer)
    // What a table finds does not depend on the path: what that limits counts at the leaf.
    let finding = Format.examine(
      entry, level: level, access: access, rules: view.rules,
      accumulated: Format.accumulate(Format.unaccumulated, entry))
    if case .table(let after) = finding, after != entry {
      try source.update(
        entryAddress, place: source.place, level: level, to: after, &quiet, &observer)
    }
    table = Format.address(entry)
    level -= 1
    shift -= Format.indexBits
    index = (address &>> shift) & ((1 &<< Format.indexBits) &- 1)
  }
}

/// Tables that lie in the machine's memory: those of the second stage.
struct DirectSource<Caches: WalkCaches>: TableSource {
  static var stage: WalkFailure.Stage { .second }
  /// What the second stage is walked for.
  let role: WalkFailure.Context
  let made: Access.Kind
  private(set) var place: UInt64 = 0
  private var caches: Caches
  /// Where a walk goes on that no cache has a part in; nothing where it begins at the root.
  private let rest: WalkStart?

  @inline(__always)
  init(
    _ role: WalkFailure.Context, _ made: Access.Kind, _ caches: Caches, from rest: WalkStart? = nil
  ) {
    self.role = role
    self.made = made
    self.caches = caches
    self.rest = rest
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
    if Caches.isAbsent { return rest }
    return caches.hostStart(address, geometry, indexBits: Format.indexBits)
  }

  @inline(__always)
  func enter(_ table: UInt64, of address: UInt64, by entry: PassedEntry) {
    if !Caches.isAbsent { caches.keepHostTable(table, of: address, by: entry) }
  }

  @inline(__always)
  mutating func read<Observer: WalkObserver>(
    _ table: UInt64, _ offset: UInt64, level: Int, from topLevel: Int,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) -> UInt64 {
    let address = table &+ offset
    place = address
    guard let entry = context.memory.read(table, offset) else {
      context.reads &+= topLevel &- level
      throw context.stop(
        StageFailure(
          stage: .second, reason: .absentMemory, level: level, made: made,
          absentPlace: HostPhysical(address)))
    }
    observer.step(
      WalkStep(
        stage: .second, level: level, address: address, place: HostPhysical(address), entry: entry,
        context: role))
    return entry
  }

  @inline(__always)
  func update<Observer: WalkObserver>(
    _ address: UInt64, place: UInt64, level: Int, to entry: UInt64,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) {
    // The memory is there: the entry was read from it.
    _ = context.memory.write(place, entry)
    context.updates &+= 1
  }
}

/// What a walk carries along: the memory, the observer and the counts.
struct WalkContext<Observer: WalkObserver> {
  let memory: MemoryHandle
  var observer: Observer
  var reads = 0
  var updates = 0
}

/// Where a stage's tables are read and updated: in memory, or through the stage below.
protocol TableSource {
  /// The entry at `address`.
  mutating func read<Observer>(
    _ address: UInt64, level: Int, _ context: inout WalkContext<Observer>
  ) throws(StageFailure) -> UInt64

  /// Where the entry that was read last lies in the machine's memory.
  var place: UInt64 { get }

  /// Leaves `entry` at `address`, which was found at `place`.
  mutating func update<Observer>(
    _ address: UInt64, place: UInt64, level: Int, to entry: UInt64,
    _ context: inout WalkContext<Observer>
  ) throws(StageFailure)
}

/// An update of an entry that waits for the walk's success.
private struct PendingUpdate {
  var address: UInt64 = 0
  var place: UInt64 = 0
  var level = 0
  var entry: UInt64 = 0
}

/// Walks one stage's tables from the root to a leaf.
///
/// The caller has checked that the address fits the stage. An entry that passes the masked compare of
/// its level is gone through at once; any other goes to the format's ladder.
@inline(__always)
func walkStage<Format: PagingFormat, Source: TableSource, Observer: WalkObserver>(
  _: Format.Type, _ address: UInt64, _ access: WalkAccess, _ stage: WalkFailure.Stage,
  _ view: StageView<Format.Rules>, _ source: inout Source, _ context: inout WalkContext<Observer>
) throws(StageFailure) -> StageLeaf {
  let row = view.checks.row(access, Format.self, rules: view.rules)
  var table = view.geometry.root
  var level = view.geometry.topLevel
  var shift = view.geometry.topShift
  var index = address &>> shift
  var path = Format.unaccumulated
  var pending = InlineArray<5, PendingUpdate>(repeating: PendingUpdate())
  var pendingCount = 0
  while true {
    let entryAddress = table &+ index &* 8
    let entry = try source.read(entryAddress, level: level, &context)
    if Format.accumulates { path = Format.accumulate(path, entry) }
    let check = row[level]
    if entry & check.tableMask == check.tableValue {
      table = Format.address(entry)
    } else if entry & check.leafMask == check.leafValue,
      !Format.accumulates || path & check.pathMask == check.pathValue
    {
      if pendingCount > 0 { try settle(&pending, &pendingCount, &source, &context) }
      let offset = (1 &<< shift) &- 1
      return StageLeaf(
        address: Format.address(entry) & ~offset | address & offset, entry: entry, shift: shift,
        accumulated: path)
    } else {
      switch Format.examine(
        entry, level: level, access: access, rules: view.rules, accumulated: path)
      {
      case .table(let after):
        table = Format.address(entry)
        if after != entry {
          if view.geometry.defersUpdates {
            pending[pendingCount] = PendingUpdate(
              address: entryAddress, place: source.place, level: level, entry: after)
            pendingCount += 1
          } else {
            try source.update(
              entryAddress, place: source.place, level: level, to: after, &context)
          }
        }
      case .leaf(let after, let pageShift):
        let place = source.place
        if pendingCount > 0 { try settle(&pending, &pendingCount, &source, &context) }
        if after != entry {
          try source.update(entryAddress, place: place, level: level, to: after, &context)
        }
        let offset = (1 &<< pageShift) &- 1
        return StageLeaf(
          address: Format.address(entry) & ~offset | address & offset, entry: after,
          shift: pageShift, accumulated: path)
      case .refused(let reason):
        throw StageFailure(
          stage: stage, reason: reason, level: level, made: access.kind, entry: entry,
          accumulated: path)
      }
    }
    level &-= 1
    shift &-= Format.indexBits
    index = (address &>> shift) & ((1 &<< Format.indexBits) &- 1)
  }
}

/// Makes the updates that have waited for the walk's success.
@inline(never)
private func settle<Source: TableSource, Observer: WalkObserver>(
  _ pending: inout InlineArray<5, PendingUpdate>, _ count: inout Int, _ source: inout Source,
  _ context: inout WalkContext<Observer>
) throws(StageFailure) {
  for number in 0..<count {
    let update = pending[number]
    try source.update(
      update.address, place: update.place, level: update.level, to: update.entry, &context)
  }
  count = 0
}

/// Tables that lie in the machine's memory: those of the second stage, or of a first stage alone.
struct DirectSource: TableSource {
  let stage: WalkFailure.Stage
  /// What the second stage is walked for.
  let role: WalkFailure.Context
  let made: Access.Kind
  private(set) var place: UInt64 = 0

  @inline(__always)
  init(_ stage: WalkFailure.Stage, _ role: WalkFailure.Context, _ made: Access.Kind) {
    self.stage = stage
    self.role = role
    self.made = made
  }

  @inline(__always)
  mutating func read<Observer>(
    _ address: UInt64, level: Int, _ context: inout WalkContext<Observer>
  ) throws(StageFailure) -> UInt64 {
    place = address
    guard let entry = context.memory.read(address) else {
      throw StageFailure(
        stage: stage, reason: .absentMemory, level: level, made: made,
        absentPlace: HostPhysical(address))
    }
    context.reads &+= 1
    context.observer.step(
      WalkStep(
        stage: stage, level: level, address: address, place: HostPhysical(address), entry: entry,
        context: role))
    return entry
  }

  mutating func update<Observer>(
    _ address: UInt64, place: UInt64, level: Int, to entry: UInt64,
    _ context: inout WalkContext<Observer>
  ) throws(StageFailure) {
    // The memory is there: the entry was read from it.
    _ = context.memory.write(place, entry)
    context.updates &+= 1
  }
}

/// The walk of one stage whose every entry passes the compare of its level, all of it in the first region
/// of memory.
///
/// Its way is written out level by level, so that shifts and masks are constants and no state of a loop
/// goes through memory. It finds the page or nothing, and changes nothing.
struct PlainWalk<Format: PagingFormat> {
  private let address: UInt64
  private let row: CheckRow
  private let tables: TableReader

  /// What a walk comes to, in so few words that it comes back in registers.
  struct End {
    /// Where the page is; the table that was read last where the walk was not plain to its end.
    var address: UInt64
    /// The leaf; what the path down to that table has accumulated where the walk was not plain.
    var entry: UInt64
    /// The page has 2^shift bytes; it is 0 where the walk was not plain.
    var shift: UInt64
    /// The level of the entry that was read last.
    var level: Int

    @inline(__always)
    var isPlain: Bool { shift != 0 }
  }

  /// Walks from the root.
  ///
  /// It is a function of its own because it needs all registers there are, and its caller too.
  @inline(never)
  static func end(
    of address: UInt64, _ row: CheckRow, _ view: StageView<Format.Rules>, _ tables: TableReader
  ) -> End {
    let walk = PlainWalk(address: address, row: row, tables: tables)
    let root = view.geometry.root
    switch view.geometry.topLevel {
    case 3: return walk.fromLevel3(root, Format.unaccumulated, isRoot: true)
    case 2: return walk.fromLevel2(root, Format.unaccumulated, isRoot: true)
    case 4: return walk.fromLevel4(root)
    case let level: return walk.stopped(root, level, Format.unaccumulated)
    }
  }

  /// The end at an entry that has to be looked at closely.
  @inline(__always)
  private func stopped(_ table: UInt64, _ level: Int, _ path: UInt64) -> End {
    End(address: table, entry: path, shift: 0, level: level)
  }

  @inline(__always)
  private func fromLevel4(_ table: UInt64) -> End {
    guard let entry = entry(of: table, 4, isRoot: true), row.isPlainTable(entry, 4) else {
      return stopped(table, 4, Format.unaccumulated)
    }
    return fromLevel3(
      Format.address(entry), accumulated(Format.unaccumulated, entry), isRoot: false)
  }

  @inline(__always)
  private func fromLevel3(_ table: UInt64, _ path: UInt64, isRoot: Bool) -> End {
    guard let entry = entry(of: table, 3, isRoot: isRoot), row.isPlainTable(entry, 3) else {
      return stopped(table, 3, path)
    }
    return fromLevel2(Format.address(entry), accumulated(path, entry), isRoot: false)
  }

  @inline(__always)
  private func fromLevel2(_ table: UInt64, _ path: UInt64, isRoot: Bool) -> End {
    guard let entry = entry(of: table, 2, isRoot: isRoot) else { return stopped(table, 2, path) }
    guard row.isPlainTable(entry, 2) else { return end(entry, in: table, 2, path) }
    return fromLevel1(Format.address(entry), accumulated(path, entry))
  }

  @inline(__always)
  private func fromLevel1(_ table: UInt64, _ path: UInt64) -> End {
    guard let entry = entry(of: table, 1, isRoot: false) else { return stopped(table, 1, path) }
    guard row.isPlainTable(entry, 1) else { return end(entry, in: table, 1, path) }
    return fromLevel0(Format.address(entry), accumulated(path, entry))
  }

  @inline(__always)
  private func fromLevel0(_ table: UInt64, _ path: UInt64) -> End {
    guard let entry = entry(of: table, 0, isRoot: false) else { return stopped(table, 0, path) }
    return end(entry, in: table, 0, path)
  }

  /// The end at a leaf, if the entry is a plain one.
  @inline(__always)
  private func end(_ entry: UInt64, in table: UInt64, _ level: Int, _ path: UInt64) -> End {
    guard row.isPlainLeaf(entry, level, path: accumulated(path, entry), Format.self) else {
      return stopped(table, level, path)
    }
    let shift = Self.shift(level)
    return End(
      address: Format.address(entry) | address & ((1 &<< shift) &- 1), entry: entry, shift: shift,
      level: level)
  }

  /// The entry for the address in a table; all bits above index the root.
  @inline(__always)
  private func entry(of table: UInt64, _ level: Int, isRoot: Bool) -> UInt64? {
    let offset = (address &>> (Self.shift(level) &- 3)) & ~7
    return tables.read(table, isRoot ? offset : offset & ((8 &<< Format.indexBits) &- 1))
  }

  @inline(__always)
  private func accumulated(_ path: UInt64, _ entry: UInt64) -> UInt64 {
    Format.accumulates ? Format.accumulate(path, entry) : path
  }

  @inline(__always)
  private static func shift(_ level: Int) -> UInt64 {
    Format.pageShift &+ Format.indexBits &* UInt64(truncatingIfNeeded: level)
  }
}

extension PlainWalk.End {
  /// Where a closer look has to begin: at the entry that was read last.
  func rest(of address: UInt64, rootIndex: UInt64, topLevel: Int) -> WalkStart {
    let shift = Format.pageShift &+ Format.indexBits &* UInt64(truncatingIfNeeded: level)
    return WalkStart(
      table: self.address, level: level, shift: shift,
      index: level == topLevel
        ? rootIndex : (address &>> shift) & ((1 &<< Format.indexBits) &- 1),
      path: entry)
  }
}

/// Walks the second stage's tables for an address that fits them, where no cache has a part in it.
@inline(__always)
func walkTables<Host: PagingFormat, Observer: WalkObserver>(
  _: Host.Type, _ address: UInt64, rootIndex: UInt64, _ access: WalkAccess, _ row: CheckRow,
  _ role: WalkFailure.Context, _ view: StageView<Host.Rules>, _ context: inout WalkContext,
  _ observer: inout Observer
) throws(WalkStopped) -> StageLeaf {
  // Who watches is told of each step by the way that looks closely.
  guard Observer.isBlind else {
    var source = DirectSource(role, access.kind, NoCaches())
    return try walkStage(
      Host.self, address, rootIndex: rootIndex, access, row, view, &source, &context, &observer)
  }
  let end = PlainWalk<Host>.end(of: address, row, view, context.memory.tables)
  context.reads &+= view.geometry.topLevel &- end.level
  guard end.isPlain else {
    return try walkClosely(
      Host.self, address, from: end, rootIndex: rootIndex, access, row, role, view, &context,
      &observer)
  }
  context.reads &+= 1
  // Nobody asks what the path to a page of the second stage has accumulated.
  return StageLeaf(
    address: end.address, entry: end.entry, shift: end.shift, accumulated: Host.unaccumulated)
}

/// Goes on with a walk of the second stage where it was no longer plain.
@inline(never)
private func walkClosely<Host: PagingFormat, Observer: WalkObserver>(
  _: Host.Type, _ address: UInt64, from end: PlainWalk<Host>.End, rootIndex: UInt64,
  _ access: WalkAccess, _ row: CheckRow, _ role: WalkFailure.Context,
  _ view: StageView<Host.Rules>, _ context: inout WalkContext, _ observer: inout Observer
) throws(WalkStopped) -> StageLeaf {
  let rest = end.rest(of: address, rootIndex: rootIndex, topLevel: view.geometry.topLevel)
  var source = DirectSource(role, access.kind, NoCaches(), from: rest)
  return try walkStage(
    Host.self, address, rootIndex: rootIndex, access, row, view, &source, &context, &observer)
}

/// Where one stage's tables start, how they are shaped, and how their addresses are met in memory.
struct StageRoot: Sendable, Hashable {
  /// How an address of the full width follows from the bits that the tables translate.
  enum Widening: Sendable, Hashable {
    /// All bits above are zero.
    case zeros
    /// All bits above are ones: the upper half on Arm, with tables of its own.
    case ones
    /// All bits above are copies of the highest: canonical addresses on x86-64 and RISC-V.
    case sign
  }

  let shape: TableShape
  let widening: Widening
  let placement: TablePlacement
  var address: UInt64

  /// The bits of an address that the tables translate, if the rest of it is as it should be.
  func narrowed(_ address: UInt64) -> UInt64? {
    let narrow = address & (1 << UInt64(shape.inputBits) - 1)
    return widened(narrow) == address ? narrow : nil
  }

  /// The address of the full width with these translated bits.
  func widened(_ narrow: UInt64) -> UInt64 {
    let unused = UInt64(64 - shape.inputBits)
    return switch widening {
    case .zeros: narrow
    case .ones: narrow | ~0 << UInt64(shape.inputBits)
    case .sign: UInt64(bitPattern: Int64(bitPattern: narrow << unused) >> Int64(unused))
    }
  }

  /// The translated bits of a range's first address, once all of the range is known to fit.
  func checked(_ address: UInt64, bytes: UInt64) throws(TableError) -> Range<UInt64> {
    guard bytes > 0 else { throw .empty(address: address) }
    guard let first = narrowed(address) else {
      throw .beyond(address: address, inputBits: shape.inputBits)
    }
    // A canonical range doesn't cross from the lower half into the upper one.
    let half: UInt64 = 1 << UInt64(shape.inputBits - (widening == .sign ? 1 : 0))
    let end = (first & half) + half
    guard bytes <= end - first else {
      throw .beyond(address: address &+ (end - first), inputBits: shape.inputBits)
    }
    return first..<first + bytes
  }
}

/// Entries of one table that lie side by side in memory.
struct TableSlots {
  /// The entries.
  let run: WordRun
  /// The translated bits of the first address that the first entry maps.
  let base: UInt64
  /// The lowest bit of the address that indexes the table.
  let shift: UInt64

  /// The addresses from the first entry's on that lie in these entries.
  @inline(__always)
  var end: UInt64 { base &+ (UInt64(truncatingIfNeeded: run.count) &<< shift) }

  /// The part of `from..<to` that an entry maps.
  @inline(__always)
  func part(_ number: Int, from: UInt64, to: UInt64) -> (from: UInt64, to: UInt64) {
    let start = base &+ (UInt64(truncatingIfNeeded: number) &<< shift)
    return (max(start, from), min(start &+ (1 &<< shift), to))
  }

  /// Whether a part is all that an entry maps.
  @inline(__always)
  func isWhole(_ part: (from: UInt64, to: UInt64)) -> Bool { part.to &- part.from == 1 &<< shift }
}

extension StageRoot {
  /// The entries of a table that map addresses from `from` on, up to `to` or to where the memory that
  /// holds the table breaks off.
  @inline(__always)
  func slots<Format: EditableFormat>(
    _: Format.Type, of table: UInt64, level: Int, from: UInt64, to: UInt64, _ memory: MemoryHandle
  ) throws(TableError) -> TableSlots {
    let shift = Format.shift(level)
    // All bits above index the root; below it, those of one table.
    let mask = level == shape.levels &- 1 ? ~0 : (1 &<< Format.indexBits) &- 1
    let first = (from &>> shift) & mask
    let most = Int(truncatingIfNeeded: ((to &- 1) &>> shift) &- (from &>> shift) &+ 1)
    guard let run = placement.words(at: table &+ first &* 8, most: most, memory) else {
      throw .tableUnreachable(address: table)
    }
    return TableSlots(run: run, base: (from &>> shift) &<< shift, shift: shift)
  }

  /// The bytes of the page that an entry stands for, alone or with others.
  @inline(__always)
  func pageBytes<Format: EditableFormat>(
    of entry: UInt64, level: Int, _: Format.Type
  ) -> UInt64 {
    let bytes: UInt64 = 1 &<< Format.shift(level)
    guard Format.isGrouped(entry, level: level) else { return bytes }
    return bytes << UInt64(shape.groupBits(ofLevel: level))
  }

  /// Finds the page of an address that fits the tables.
  func find<Format: EditableFormat>(
    _ address: UInt64, _: Format.Type, _ memory: MemoryHandle
  ) -> StagePage? {
    var table = self.address
    for level in (0..<shape.levels).reversed() {
      guard
        let slots = try? slots(
          Format.self, of: table, level: level, from: address, to: address + 1, memory)
      else { return nil }
      let entry = slots.run[0]
      guard Format.isPresent(entry) else { return nil }
      table = Format.address(entry)
      guard !Format.isTable(entry, level: level) else { continue }
      let bytes = pageBytes(of: entry, level: level, Format.self)
      let offset = Format.groupSharesAddress ? bytes - 1 : 1 << Format.shift(level) - 1
      return StagePage(
        address: table & ~offset | address & offset, bytes: bytes, level: level, entry: entry,
        attributes: Format.attributes(of: entry, level: level))
    }
    return nil
  }
}

/// What a look-up in one stage's tables finds.
struct StagePage: Sendable {
  let address: UInt64
  let bytes: UInt64
  let level: Int
  let entry: UInt64
  let attributes: PageAttributes
}

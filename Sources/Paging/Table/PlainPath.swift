/// The way down to the table that holds a page's entry, where all tables are there and lie in the first
/// region of memory: what a fault takes that installs one entry.
///
/// As ``PlainWalk`` it is written out level by level, and in a function of its own.
enum PlainPath<Format: EditableFormat> {
  /// The table of a level; nothing where the way is not plain.
  @inline(never)
  static func table(
    ofLevel leaf: Int, for address: UInt64, _ root: UInt64, levels: Int, _ tables: TableReader
  ) -> UInt64? {
    guard leaf < levels else { return nil }
    var table = root
    var isRoot = true
    if levels > 4 {
      guard levels == 5, let below = child(of: table, 4, address, isRoot: true, tables) else {
        return nil
      }
      table = below
      isRoot = false
    }
    if levels > 3 {
      guard let below = child(of: table, 3, address, isRoot: isRoot, tables) else { return nil }
      table = below
      isRoot = false
    }
    if levels > 2, leaf < 2 {
      guard let below = child(of: table, 2, address, isRoot: isRoot, tables) else { return nil }
      table = below
      isRoot = false
    }
    if levels > 1, leaf < 1 {
      guard let below = child(of: table, 1, address, isRoot: isRoot, tables) else { return nil }
      table = below
    }
    return table
  }

  /// The table that an entry leads to.
  @inline(__always)
  private static func child(
    of table: UInt64, _ level: Int, _ address: UInt64, isRoot: Bool, _ tables: TableReader
  ) -> UInt64? {
    // All bits above index the root; below it, those of one table.
    let offset = (address &>> (Format.shift(level) &- 3)) & ~7
    let mask: UInt64 = isRoot ? ~0 : (8 &<< Format.indexBits) &- 1
    guard let entry = tables.read(table, offset & mask), Format.isPresent(entry),
      Format.isTable(entry, level: level)
    else { return nil }
    return Format.address(entry)
  }
}

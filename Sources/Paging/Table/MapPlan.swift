/// How a range is to be mapped: at which levels pages may stand, and what their entries look like.
struct MapPlan {
  /// What to add to an address of the range for the page's.
  let distance: UInt64
  /// One bit for each level at which pages may stand.
  private let levels: UInt64
  /// The entry of a page at address 0, by level.
  private let pages: InlineArray<5, UInt64>
  /// The entry of a table at address 0.
  let table: UInt64
  /// The bytes that share an address in their entries, if more than one entry has it.
  let sharedBytes: UInt64?

  init<Format: EditableFormat>(
    _: Format.Type, _ range: Range<UInt64>, to target: UInt64, _ attributes: PageAttributes,
    pageBytes: UInt64?, _ root: StageRoot
  ) throws(TableError) {
    let bytes = range.upperBound - range.lowerBound
    let highest: UInt64 = 1 << UInt64(Format.addressBits)
    guard target < highest, bytes <= highest - target else {
      throw .targetTooWide(address: max(target, highest), bits: Format.addressBits)
    }
    var allowed = root.shape.leafLevels
    var isGrouped = false
    if let pageBytes {
      guard let leaf = root.shape.leaf(ofPageBytes: pageBytes) else {
        throw .noSuchPage(
          bytes: pageBytes, sizes: (root.shape.pageSizes + root.shape.groupSizes).sorted())
      }
      allowed = leaf.level...leaf.level
      isGrouped = leaf.groupBits > 0
    }
    let smallest = pageBytes ?? root.shape.pageSizes[0]
    sharedBytes = isGrouped && Format.groupSharesAddress ? smallest : nil
    guard (range.lowerBound | target | bytes) & (smallest - 1) == 0 else {
      let values = [root.widened(range.lowerBound), target, bytes]
      let value = values.first { $0 & (smallest - 1) != 0 } ?? 0
      throw .misaligned(value, pageBytes: smallest)
    }
    distance = target &- range.lowerBound
    // A larger page needs both of its addresses at a multiple of its size.
    while allowed.upperBound > allowed.lowerBound,
      distance & (root.shape.pageBytes(ofLevel: allowed.upperBound) - 1) != 0
    {
      allowed = allowed.lowerBound...allowed.upperBound - 1
    }
    levels = allowed.reduce(0) { $0 | 1 << UInt64($1) }
    var pages = InlineArray<5, UInt64>(repeating: 0)
    for level in allowed {
      do {
        let page = try Format.pageEntry(attributes, level: level)
        pages[level] = isGrouped ? Format.grouped(page) : page
      } catch {
        throw .attributes(error)
      }
    }
    self.pages = pages
    table = Format.tableEntry(isAccessed: attributes.isAccessed)
  }

  /// Whether pages may stand at a level.
  @inline(__always)
  func allows(_ level: Int) -> Bool { levels & 1 &<< UInt64(level) != 0 }

  /// The entry of a page at address 0 of a level where pages may stand.
  @inline(__always)
  func page(_ level: Int) -> UInt64 { pages[level] }

  /// How many tables must be made below the entries of a level, none of which is in use.
  func tablesBelow<Format: EditableFormat>(
    _: Format.Type, level: Int, _ from: UInt64, _ to: UInt64
  ) -> Int {
    guard from < to, level > 0 else { return 0 }
    let span: UInt64 = 1 << Format.shift(level)
    let start = (from + span - 1) & ~(span - 1)
    let end = to & ~(span - 1)
    guard start <= end else {
      // All of it lies inside one entry.
      return 1 + tablesBelow(Format.self, level: level - 1, from, to)
    }
    var count = 0
    if from < start { count += 1 + tablesBelow(Format.self, level: level - 1, from, start) }
    if end < to { count += 1 + tablesBelow(Format.self, level: level - 1, end, to) }
    guard !allows(level) else { return count }
    let whole = Int((end - start) / span)
    return count + whole * (1 + tablesBelow(Format.self, level: level - 1, 0, span))
  }
}

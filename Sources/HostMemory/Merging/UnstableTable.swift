/// Where the pages of the unstable set are, by the content that they had when they came.
///
/// It lives for one scan. A page whose content changes meanwhile is not found any more. A byte of each
/// content's hash stands apart from the pages' numbers: most searches find nothing, and these bytes, which
/// stay in a near cache, tell it without a look at any page.
struct UnstableTable {
  private static let least = 1024
  private var tags = [UInt8](repeating: 0, count: least)
  private var numbers = [UInt32](repeating: 0, count: least)
  private var count = 0

  var bytes: Int { tags.count + numbers.count * MemoryLayout<UInt32>.stride }

  /// Where a search starts.
  func slot(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(tags.count)).high)
  }

  /// The next slot from one on that may hold the content of a hash; `nil` where there is none.
  func candidate(_ start: Int, _ hash: UInt64) -> Int? {
    let wanted = Self.tag(hash)
    var slot = start
    while true {
      let tag = tags[slot]
      if tag == wanted { return slot }
      if tag == 0 { return nil }
      slot = after(slot)
    }
  }

  func after(_ slot: Int) -> Int { slot + 1 == tags.count ? 0 : slot + 1 }

  func page(_ slot: Int) -> Int { Int(numbers[slot]) }

  /// A byte that is not 0.
  private static func tag(_ hash: UInt64) -> UInt8 { max(UInt8(truncatingIfNeeded: hash), 1) }

  mutating func removeAll() {
    guard count > 0 else { return }
    let enough = count * 4 / 3 + Self.least
    if enough < tags.count * 7 / 8 {
      // The first scan that merges starts with far more pages than are alone in the end.
      tags = [UInt8](repeating: 0, count: enough)
      numbers = [UInt32](repeating: 0, count: enough)
    } else {
      for slot in tags.indices { tags[slot] = 0 }
    }
    count = 0
  }

  /// Enters a page that is not found.
  ///
  /// `acrossNodes` says whether the set is one for all NUMA nodes.
  mutating func insert(
    _ page: Int, _ hash: UInt64, _ pages: [PageRecord], scan: UInt64, acrossNodes: Bool
  ) {
    if (count + 1) * 5 > tags.count * 4 { grow(page, pages, scan, acrossNodes) }
    place(page, hash)
  }

  private mutating func place(_ page: Int, _ hash: UInt64) {
    var slot = slot(hash)
    while tags[slot] != 0 { slot = after(slot) }
    tags[slot] = Self.tag(hash)
    numbers[slot] = UInt32(page)
    count += 1
  }

  /// Makes the table as large as it will be if the scan goes on as it has up to a page: at least a quarter
  /// larger, but never beyond what all pages need.
  private mutating func grow(
    _ reached: Int, _ pages: [PageRecord], _ scan: UInt64, _ acrossNodes: Bool
  ) {
    let (oldTags, oldNumbers) = (tags, numbers)
    let expected = count * pages.count / (reached + 1) * 4 / 3
    let most = pages.count * 4 / 3 + Self.least
    let size = min(
      max(oldTags.count * 5 / 4, expected), max(most, oldTags.count + Self.least))
    tags = [UInt8](repeating: 0, count: size)
    numbers = [UInt32](repeating: 0, count: size)
    count = 0
    let isOdd = !scan.isMultiple(of: 2)
    for slot in oldTags.indices where oldTags[slot] != 0 {
      let page = Int(oldNumbers[slot])
      let record = pages[page]
      guard record.place == .unstable, record.isOddScan == isOdd,
        record.link == record.content.checksum
      else { continue }
      place(page, record.content.hash(node: acrossNodes ? 0 : record.node))
    }
  }
}

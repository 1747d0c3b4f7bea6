/// Where the pages of the unstable set are, by the content that they had when they came.
///
/// It lives for one scan. A page whose content changes meanwhile is not found any more.
struct UnstableTable {
  private static let least = 1024
  private var slots = [UInt32](repeating: 0, count: least)
  private var count = 0

  var bytes: Int { slots.count * MemoryLayout<UInt32>.stride }

  func slot(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(slots.count)).high)
  }

  func after(_ slot: Int) -> Int { slot + 1 == slots.count ? 0 : slot + 1 }

  func page(_ slot: Int) -> Int? {
    let word = slots[slot]
    return word == 0 ? nil : Int(word) - 1
  }

  mutating func removeAll() {
    guard count > 0 else { return }
    for slot in slots.indices { slots[slot] = 0 }
    count = 0
  }

  /// Enters a page that is not found.
  ///
  /// `acrossNodes` says whether the set is one for all NUMA nodes.
  mutating func insert(
    _ page: Int, _ hash: UInt64, _ pages: [PageRecord], scan: UInt64, acrossNodes: Bool
  ) {
    if (count + 1) * 10 > slots.count * 7 { grow(pages, scan, acrossNodes) }
    place(page, hash)
  }

  private mutating func place(_ page: Int, _ hash: UInt64) {
    var slot = slot(hash)
    while slots[slot] != 0 { slot = after(slot) }
    slots[slot] = UInt32(page + 1)
    count += 1
  }

  /// Makes the table half as large again, but never beyond what all pages need.
  private mutating func grow(_ pages: [PageRecord], _ scan: UInt64, _ acrossNodes: Bool) {
    let old = slots
    let most = pages.count * 3 / 2 + Self.least
    slots = [UInt32](repeating: 0, count: min(old.count * 3 / 2, max(most, old.count + Self.least)))
    count = 0
    let isOdd = !scan.isMultiple(of: 2)
    for word in old where word != 0 {
      let record = pages[Int(word) - 1]
      guard record.place == .unstable, record.isOddScan == isOdd,
        record.link == record.content.checksum
      else { continue }
      place(Int(word) - 1, record.content.hash(node: acrossNodes ? 0 : record.node))
    }
  }
}

/// Where the copies of the stable set are, by their content: a table with open places.
///
/// The contents themselves are in the owner's copies and chains.
struct ContentTable {
  enum Entry {
    case copy(Int)
    case chain(Int)
  }

  private static let empty: UInt32 = 0
  private static let left = UInt32.max
  private static let chainBit: UInt32 = 1 << 31
  private var slots = [UInt32](repeating: empty, count: 64)
  /// A byte of each content's hash, so that a search for what is not there looks at no copy.
  private var tags = [UInt8](repeating: 0, count: 64)
  /// Slots that are not empty: entries, and places that entries have left.
  private var used = 0
  private var entries = 0

  var capacity: Int { slots.count }
  var bytes: Int { slots.count * (MemoryLayout<UInt32>.stride + 1) }

  func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }
  func after(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

  /// A byte that is not 0.
  private static func tag(_ hash: UInt64) -> UInt8 {
    max(UInt8(truncatingIfNeeded: hash >> 48), 1)
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

  func entry(_ slot: Int) -> Entry? {
    let word = slots[slot]
    return word == Self.empty || word == Self.left ? nil : Self.entry(word)
  }

  static func entry(_ word: UInt32) -> Entry {
    let number = Int(word & ~chainBit) - 1
    return word & chainBit != 0 ? .chain(number) : .copy(number)
  }

  static func word(_ entry: Entry) -> UInt32 {
    switch entry {
    case .copy(let number): UInt32(number + 1)
    case .chain(let number): UInt32(number + 1) | chainBit
    }
  }

  mutating func replace(_ slot: Int, by entry: Entry) { slots[slot] = Self.word(entry) }

  mutating func remove(_ slot: Int) {
    slots[slot] = Self.left
    entries -= 1
  }

  /// Enters what is not there yet.
  mutating func insert(
    _ entry: Entry, _ hash: UInt64, _ copies: [SharedCopy], _ chains: [CopyChain]
  ) {
    if (used + 1) * 4 > slots.count * 3 { rebuild(copies, chains) }
    place(entry, hash)
    entries += 1
  }

  private mutating func place(_ entry: Entry, _ hash: UInt64) {
    var slot = slot(hash)
    while slots[slot] != Self.empty { slot = after(slot) }
    slots[slot] = Self.word(entry)
    tags[slot] = Self.tag(hash)
    used += 1
  }

  /// Makes room: twice as much, or as much again where what has left takes most of it.
  private mutating func rebuild(_ copies: [SharedCopy], _ chains: [CopyChain]) {
    let old = self
    let size = (entries + 1) * 2 > slots.count ? slots.count * 2 : slots.count
    slots = [UInt32](repeating: Self.empty, count: size)
    tags = [UInt8](repeating: 0, count: size)
    used = 0
    for slot in 0..<old.slots.count {
      switch old.entry(slot) {
      case .copy(let number):
        place(.copy(number), copies[number].content.hash(node: copies[number].node))
      case .chain(let number):
        place(.chain(number), chains[number].content.hash(node: chains[number].node))
      case nil: break
      }
    }
  }
}

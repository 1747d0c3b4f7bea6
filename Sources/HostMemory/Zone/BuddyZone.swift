/// The free frames of a zone as Linux keeps them: blocks of orders 0 to 10, each beside its buddy, in a
/// list for each order and migrate type (mm/page_alloc.c of 6.12).
///
/// A block that is freed joins its buddy if that is free, and the joined one its own, up to 4 MiB. A
/// block that is longer than asked for is halved, and the halves go to the lists. A type without a free
/// block takes one of another's, and the whole pageblock with it where that keeps the types apart.
///
/// Each frame has one word, of which only the first of a block says anything, and a pageblock a byte: what
/// was never handed out costs nothing.
///
/// Not there: per-CPU lists, the reserve for atomic allocations of high order, CMA and isolation.
public struct BuddyZone: ~Copyable {
  /// The zone's first frame.
  public let firstFrame: FrameNumber
  /// How many frames it has.
  public let frames: UInt64
  /// The multiple of the longest block at or below the first frame: places count from here.
  let base: UInt64
  /// The word of each frame.
  var words: FlatWords
  /// The migrate type of each pageblock, plus one where it is not movable, so that all zeros are movable.
  private let types: FlatArray<UInt8>
  /// The first and the last free block of each order and type.
  private let heads: FlatArray<UInt64>
  private let tails: FlatArray<UInt64>
  /// How many free blocks there are of each order and type.
  private let counts: FlatArray<UInt64>
  /// How many frames are free.
  public internal(set) var freeFrames: UInt64 = 0
  /// How often a type has taken from another's pageblock.
  public internal(set) var fallbacks: UInt64 = 0
  /// How often it has taken over the pageblock, too.
  public internal(set) var steals: UInt64 = 0
  /// Frames by which the watermarks are raised for a while (watermark_boost), by the zone's own setting.
  public internal(set) var boost: UInt64 = 0
  /// The most frames of boost; 0 turns it off.
  public var mostBoost: UInt64 = 0

  // A word: 2 bits of state, 4 of order, 29 of the next block in the list and 29 of the previous one.
  // Links are one higher than places, so that 0 is none. A block in use has its type where a free one has
  // links.
  static let linkBits: UInt64 = 29
  static let linkMask: UInt64 = 1 << 29 - 1
  static let orderShift: UInt64 = 58
  static let stateShift: UInt64 = 62
  static let isFreeState: UInt64 = 1
  static let isUsedState: UInt64 = 2

  /// A zone of free, movable frames.
  public init(firstFrame: FrameNumber = FrameNumber(0), frames: UInt64) {
    self.firstFrame = firstFrame
    self.frames = frames
    base = firstFrame.value & ~(BlockOrder.longest.frames - 1)
    let places = firstFrame.value - base + frames
    precondition(places < Self.linkMask, "a zone has less than 2 TiB")
    words = FlatWords(count: Int(places))
    types = FlatArray(repeating: 0, count: Int(places >> 9) + 1)
    let lists = BlockOrder.all.count * MigrateType.allCases.count
    heads = FlatArray(repeating: 0, count: lists)
    tails = FlatArray(repeating: 0, count: lists)
    counts = FlatArray(repeating: 0, count: lists)
    var place = firstFrame.value - base
    // The longest blocks that are aligned, in the order of their addresses.
    while place < places {
      var order = min(10, place == 0 ? 10 : place.trailingZeroBitCount)
      while place + 1 << UInt64(order) > places { order -= 1 }
      link(place, order, .movable, atTail: true)
      place += 1 << UInt64(order)
    }
    freeFrames = frames
  }

  // MARK: What is where

  @inline(__always)
  func state(_ place: UInt64) -> UInt64 { words[Int(truncatingIfNeeded: place)] >> Self.stateShift }

  @inline(__always)
  func order(_ place: UInt64) -> Int {
    Int(truncatingIfNeeded: words[Int(truncatingIfNeeded: place)] >> Self.orderShift & 15)
  }

  /// The type of the pageblock of a place.
  @inline(__always)
  func type(_ place: UInt64) -> MigrateType {
    switch types[Int(truncatingIfNeeded: place >> 9)] {
    case 0: .movable
    case 1: .unmovable
    default: .reclaimable
    }
  }

  func setType(_ place: UInt64, _ type: MigrateType) {
    types[Int(truncatingIfNeeded: place >> 9)] =
      switch type {
      case .movable: 0
      case .unmovable: 1
      case .reclaimable: 2
      }
  }

  /// Marks a block as used by an allocation of a type.
  @inline(__always)
  mutating func use(_ place: UInt64, _ order: Int, _ type: MigrateType) {
    words[Int(truncatingIfNeeded: place)] =
      Self.isUsedState << Self.stateShift | UInt64(truncatingIfNeeded: order) << Self.orderShift
      | UInt64(type.rawValue)
  }

  func usedType(_ place: UInt64) -> MigrateType {
    MigrateType(rawValue: UInt8(truncatingIfNeeded: words[Int(place)] & 3)) ?? .movable
  }

  // MARK: Lists

  @inline(__always)
  func list(_ order: Int, _ type: MigrateType) -> Int {
    order &* 3 &+ Int(truncatingIfNeeded: type.rawValue)
  }

  /// The first free block of an order and type.
  @inline(__always)
  func head(_ order: Int, _ type: MigrateType) -> UInt64? {
    let link = heads[list(order, type)]
    return link == 0 ? nil : link &- 1
  }

  /// How many free blocks of an order and type there are.
  @inline(__always)
  func count(_ order: Int, _ type: MigrateType) -> UInt64 { counts[list(order, type)] }

  @inline(__always)
  func next(_ place: UInt64) -> UInt64? {
    let link = words[Int(truncatingIfNeeded: place)] & Self.linkMask
    return link == 0 ? nil : link &- 1
  }

  @inline(__always)
  private mutating func setNext(_ place: UInt64, _ link: UInt64) {
    let number = Int(truncatingIfNeeded: place)
    words[number] = words[number] & ~Self.linkMask | link
  }

  @inline(__always)
  private mutating func setPrevious(_ place: UInt64, _ link: UInt64) {
    let number = Int(truncatingIfNeeded: place)
    words[number] =
      words[number] & ~(Self.linkMask << Self.linkBits) | link << Self.linkBits
  }

  /// Puts a block, which is on no list, on that of its order and a type.
  @inline(__always)
  mutating func link(_ place: UInt64, _ order: Int, _ type: MigrateType, atTail: Bool) {
    let list = list(order, type)
    let (first, last) = (heads[list], tails[list])
    var word =
      Self.isFreeState << Self.stateShift | UInt64(truncatingIfNeeded: order) << Self.orderShift
    if atTail {
      word |= last << Self.linkBits
      tails[list] = place &+ 1
      if last == 0 { heads[list] = place &+ 1 } else { setNext(last &- 1, place &+ 1) }
    } else {
      word |= first
      heads[list] = place &+ 1
      if first == 0 { tails[list] = place &+ 1 } else { setPrevious(first &- 1, place &+ 1) }
    }
    words[Int(truncatingIfNeeded: place)] = word
    counts[list] = counts[list] &+ 1
  }

  /// Takes a free block off the list of its order and its pageblock's type.
  @inline(__always)
  mutating func unlink(_ place: UInt64, _ order: Int, _ type: MigrateType) {
    let list = list(order, type)
    let word = words[Int(truncatingIfNeeded: place)]
    let next = word & Self.linkMask
    let previous = word >> Self.linkBits & Self.linkMask
    if previous == 0 { heads[list] = next } else { setNext(previous &- 1, next) }
    if next == 0 { tails[list] = previous } else { setPrevious(next &- 1, previous) }
    words[Int(truncatingIfNeeded: place)] = 0
    counts[list] = counts[list] &- 1
  }
}

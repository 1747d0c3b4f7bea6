extension BuddyZone {
  /// Gives a block back; it joins its buddies as far as those are free.
  public mutating func free(_ frame: FrameNumber) {
    var place = frame.value &- base
    precondition(
      frame >= firstFrame && place < UInt64(words.count) && state(place) == Self.isUsedState,
      "no block of the zone that is in use begins at \(frame)")
    var order = order(place)
    freeFrames &+= 1 &<< UInt64(order)
    words[Int(truncatingIfNeeded: place)] = 0
    let type = type(place)
    while order < 10 {
      let buddy = place ^ 1 &<< UInt64(order)
      guard isFree(buddy, order) else { break }
      unlink(buddy, order, self.type(buddy))
      // Two pageblocks that join have one type.
      if order == BlockOrder.pageblock.value { setType(buddy, type) }
      place &= ~(1 &<< UInt64(order))
      order &+= 1
    }
    link(place, order, type, atTail: isLikelyToJoin(place, order))
  }

  @inline(__always)
  func isFree(_ place: UInt64, _ order: Int) -> Bool {
    guard place < UInt64(words.count) else { return false }
    return words[Int(truncatingIfNeeded: place)] >> Self.orderShift
      == Self.isFreeState &<< 4 | UInt64(truncatingIfNeeded: order)
  }

  /// Whether the block that this one and its buddy would make has a free buddy itself: then it is handed
  /// out last, for the buddy may come back soon.
  @inline(__always)
  private func isLikelyToJoin(_ place: UInt64, _ order: Int) -> Bool {
    guard order < 9 else { return false }
    let joined = place & ~(1 &<< UInt64(order))
    return isFree(joined ^ 1 &<< UInt64(order &+ 1), order &+ 1)
  }

  /// How many free blocks of an order there are for allocations of a type.
  public func freeBlocks(_ order: BlockOrder, _ type: MigrateType) -> UInt64 {
    count(order.value, type)
  }

  /// How many free blocks of an order there are.
  public func freeBlocks(_ order: BlockOrder) -> UInt64 {
    MigrateType.allCases.reduce(0) { $0 + count(order.value, $1) }
  }

  /// Whether there is a free block of at least an order.
  public func hasFree(_ order: BlockOrder) -> Bool {
    for longer in order.value...10 where freeBlocks(BlockOrder(longer)) > 0 { return true }
    return false
  }

  /// What part of the free frames is of no use for blocks of an order, from 0 to 1 (the kernel's
  /// unusable_index).
  public func unusable(_ order: BlockOrder) -> Double {
    guard freeFrames > 0 else { return 0 }
    let usable = (order.value...10).reduce(UInt64(0)) {
      $0 + freeBlocks(BlockOrder($1)) << UInt64($1)
    }
    return Double(freeFrames - usable) / Double(freeFrames)
  }

  /// The type whose free frames a pageblock has.
  public func pageblockType(of frame: FrameNumber) -> MigrateType { type(frame.value - base) }
}

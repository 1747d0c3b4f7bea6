extension BuddyZone {
  /// A block of an order for an allocation of a type, or nothing where no free block is as long.
  ///
  /// Watermarks are not looked at: that is the host's part (``ZonedMemory``).
  public mutating func allocate(
    _ order: BlockOrder = .frame, _ type: MigrateType = .movable
  ) -> FrameNumber? {
    guard let place = takeOwn(order.value, type) ?? takeForeign(order.value, type) else {
      return nil
    }
    use(place, order.value, type)
    freeFrames &-= order.frames
    return FrameNumber(base &+ place)
  }

  /// The shortest block of the type's own that is long enough, cut to length.
  @inline(__always)
  mutating func takeOwn(_ order: Int, _ type: MigrateType) -> UInt64? {
    var found = order
    while found <= 10 {
      if let place = head(found, type) {
        unlink(place, found, type)
        cut(place, from: found, to: order, type)
        return place
      }
      found &+= 1
    }
    return nil
  }

  /// Halves a block until it is as short as asked for; the upper halves are free.
  @inline(__always)
  private mutating func cut(_ place: UInt64, from high: Int, to low: Int, _ type: MigrateType) {
    var order = high
    while order > low {
      order &-= 1
      link(place &+ 1 &<< UInt64(order), order, type, atTail: false)
    }
  }

  /// A block of another type's: the longest there is, so that types mix in few pageblocks.
  private mutating func takeForeign(_ order: Int, _ type: MigrateType) -> UInt64? {
    var found = 10
    while found >= order {
      if let other = foreign(found, type) {
        let takesBlock = Self.mayTakeBlock(found, type)
        if !takesBlock, type == .movable, found > order {
          // What can be moved does no harm where it lies: the shortest block is enough.
          for shorter in order...10 {
            guard let other = foreign(shorter, type) else { continue }
            return take(shorter, order, of: other, for: type, takesBlock: false)
          }
        }
        return take(found, order, of: other, for: type, takesBlock: takesBlock)
      }
      found -= 1
    }
    return nil
  }

  /// The type whose free block of an order would be taken.
  private func foreign(_ order: Int, _ type: MigrateType) -> MigrateType? {
    let (first, second) = type.fallbacks
    if count(order, first) > 0 { return first }
    return count(order, second) > 0 ? second : nil
  }

  /// Whether a block is long enough, or its taker harmful enough, for the pageblock to be taken over.
  private static func mayTakeBlock(_ order: Int, _ type: MigrateType) -> Bool {
    order >= BlockOrder.pageblock.value / 2 || type != .movable
  }

  private mutating func take(
    _ found: Int, _ order: Int, of other: MigrateType, for type: MigrateType, takesBlock: Bool
  ) -> UInt64? {
    guard let place = head(found, other) else { return nil }
    fallbacks &+= 1
    if found >= BlockOrder.pageblock.value {
      unlink(place, found, other)
      for block in 0..<UInt64(1) << UInt64(found - 9) { setType(place + block << 9, type) }
      cut(place, from: found, to: order, type)
      steals &+= 1
      return place
    }
    // Types begin to mix: reclaim is to make whole pageblocks free again (boost_watermark).
    boost = min(mostBoost, boost + BlockOrder.pageblock.frames)
    if takesBlock, takeOverBlock(of: place, from: other, for: type) {
      steals &+= 1
      return takeOwn(order, type)
    }
    unlink(place, found, other)
    cut(place, from: found, to: order, other)
    return place
  }

  /// Gives a pageblock's free frames to a type, if half of the block is free or alike.
  private mutating func takeOverBlock(
    of place: UInt64, from other: MigrateType, for type: MigrateType
  ) -> Bool {
    let start = place & ~511
    guard start + base >= firstFrame.value, start + 512 + base <= firstFrame.value + frames else {
      return false
    }
    var free: UInt64 = 0
    var movable: UInt64 = 0
    forEachBlock(from: start) { place, order, isFree, used in
      let inside = min(1 << UInt64(order), UInt64(512))
      if isFree { free += inside } else if used == .movable { movable += inside }
    }
    let alike: UInt64 =
      switch (type, other) {
      case (.movable, _): movable
      case (_, .movable): 512 - free - movable
      default: 0
      }
    guard free + alike >= 256 else { return false }
    var moved: [(UInt64, Int)] = []
    forEachBlock(from: start) { place, order, isFree, _ in
      if isFree { moved.append((place, order)) }
    }
    for (place, order) in moved {
      unlink(place, order, other)
      link(place, order, type, atTail: false)
    }
    setType(start, type)
    return true
  }

  /// Shows the blocks that begin in a pageblock, which no block begins before.
  private func forEachBlock(
    from start: UInt64, _ body: (_ place: UInt64, _ order: Int, _ isFree: Bool, MigrateType) -> Void
  ) {
    var place = start
    while place < start + 512 {
      let order = order(place)
      body(place, order, state(place) == Self.isFreeState, usedType(place))
      place += 1 << UInt64(order)
    }
  }

  /// Ends the boost of the watermarks, once reclaim has done what it was for.
  public mutating func endBoost() { boost = 0 }
}

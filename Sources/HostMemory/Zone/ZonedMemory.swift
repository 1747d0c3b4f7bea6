/// A host's memory as Linux hands it out: zones by node, each with its buddy lists, and the watermarks that
/// say how low each may go.
public struct ZonedMemory: ~Copyable {
  /// How far an allocation may go.
  public enum Urgency: Sendable, Hashable, CaseIterable {
    /// The first try: down to the low watermark.
    case ordinary
    /// After kswapd was woken: down to the min watermark.
    case pressed
    /// For who must not sleep and is urgent, as an interrupt is (`GFP_ATOMIC`): to three eighths of it. Who
    /// only must not sleep (`GFP_NOWAIT`) gets no further than others.
    case atomic
    /// For who reclaims or is being killed: all there is.
    case reclaiming
  }

  /// The watermarks of all zones.
  public let watermarks: Watermarks
  private var zones: Row<BuddyZone>

  /// A host with these zones.
  public init(_ extents: [ZoneExtent], _ settings: WatermarkSettings = WatermarkSettings()) {
    let watermarks = Watermarks(extents, settings)
    self.watermarks = watermarks
    zones = Row(count: extents.count) { number in
      var zone = BuddyZone(
        firstFrame: extents[number].firstFrame, frames: extents[number].managed)
      zone.mostBoost = watermarks.marks[number].mostBoost
      return zone
    }
  }

  /// The zones of a host of x86-64 whose nodes have so many bytes.
  public init(nodeBytes: [UInt64], _ settings: WatermarkSettings = WatermarkSettings()) {
    self.init(ZoneExtent.x86(nodeBytes: nodeBytes), settings)
  }

  /// How many zones there are.
  public var zoneCount: Int { zones.count }

  /// How many frames are free.
  public var freeFrames: UInt64 {
    (0..<zones.count).reduce(0) { $0 + zones[$1].freeFrames }
  }

  /// How many frames of a zone are free.
  public func freeFrames(zone: Int) -> UInt64 { zones[zone].freeFrames }

  /// What `body` finds out about a zone.
  public func withZone<Result>(_ number: Int, _ body: (borrowing BuddyZone) -> Result) -> Result {
    body(zones[number])
  }

  /// A block of an order for an allocation of a type, from a node if it can be had there, else from the
  /// others in turn; nothing where every zone would fall below its mark or has no block as long.
  ///
  /// A node's zones are tried from the highest that would do. A zone below has to keep what its protection
  /// says, for those who can't use another.
  public mutating func allocate(
    _ order: BlockOrder = .frame, _ type: MigrateType = .movable, node: Int = 0,
    upTo highest: ZoneKind = .normal, urgency: Urgency = .ordinary
  ) -> FrameNumber? {
    for number in zoneList(node: node, upTo: highest)
    where isAbove(zone: number, order, highest, urgency) {
      if let frame = zones[number].allocate(order, type) { return frame }
    }
    return nil
  }

  /// The zones that an allocation looks at, in its order: the own node's first, from above.
  public func zoneList(node: Int, upTo highest: ZoneKind) -> [Int] {
    let extents = watermarks.zones
    let last = extents.map(\.node).max() ?? 0
    var list: [Int] = []
    for step in 0...last {
      let node = (node + step) % (last + 1)
      list += extents.indices.reversed().filter {
        extents[$0].node == node && extents[$0].kind <= highest
      }
    }
    return list
  }

  /// Whether a zone stays above its mark, and has a block as long (the kernel's zone_watermark_ok).
  public func isAbove(
    zone number: Int, _ order: BlockOrder, _ highest: ZoneKind, _ urgency: Urgency
  ) -> Bool {
    let marks = watermarks.marks[number]
    let boost = zones[number].boost
    let mark: UInt64 =
      switch urgency {
      case .ordinary: marks.low + boost
      case .pressed: marks.min + boost
      case .atomic: Self.atomicMark(marks.min + boost)
      case .reclaiming: 0
      }
    if urgency != .reclaiming {
      let free = zones[number].freeFrames
      let others = order.frames - 1
      guard free > others, free - others > mark + marks.protection[highest.place] else {
        return false
      }
    }
    return zones[number].hasFree(order)
  }

  /// Half of a mark for who is urgent, and of what is left three quarters for who must not sleep either
  /// (Linux 6.12, mm/page_alloc.c, __zone_watermark_ok: each is taken off rounded down).
  private static func atomicMark(_ mark: UInt64) -> UInt64 {
    let half = mark - mark / 2
    return half - half / 4
  }

  /// Whether kswapd of a zone's node has work for it: the zone is at its low watermark or below.
  public func wantsReclaim(zone number: Int) -> Bool {
    zones[number].freeFrames <= watermarks.marks[number].low + zones[number].boost
  }

  /// Whether kswapd may sleep as far as a zone is concerned.
  public func isBalanced(zone number: Int) -> Bool {
    zones[number].freeFrames > watermarks.marks[number].high + zones[number].boost
  }

  /// Ends the boost of a zone, as kswapd does when it has made a round.
  public mutating func endBoost(zone number: Int) { zones[number].endBoost() }

  /// Gives a block back.
  public mutating func free(_ frame: FrameNumber) { zones[zone(of: frame)].free(frame) }

  /// The zone that a frame belongs to.
  public func zone(of frame: FrameNumber) -> Int {
    let extents = watermarks.zones
    var number = extents.count - 1
    while number > 0, frame < extents[number].firstFrame { number -= 1 }
    return number
  }

  /// What part of all free frames is of no use for blocks of an order.
  public func unusable(_ order: BlockOrder) -> Double {
    let free = Double(freeFrames)
    guard free > 0 else { return 0 }
    return (0..<zones.count).reduce(0.0) {
      $0 + zones[$1].unusable(order) * Double(zones[$1].freeFrames)
    } / free
  }

  // MARK: Large pages

  /// A page of 2 MiB or 1 GiB for a guest, or nothing where memory is too broken up for one.
  ///
  /// A page of 2 MiB is a pageblock; one of 1 GiB is longer than any block, and needs free ones side by
  /// side.
  public mutating func allocateLarge(_ order: FrameOrder, node: Int = 0) -> FrameNumber? {
    switch order {
    case .small: return allocate(node: node)
    case .large: return allocate(.pageblock, node: node)
    case .huge:
      for number in zoneList(node: node, upTo: .normal)
      where zones[number].freeFrames >= order.frames + watermarks.marks[number].low {
        if let frame = zones[number].allocateRun(frames: order.frames, .movable) { return frame }
      }
      return nil
    }
  }

  /// Gives such a page back.
  public mutating func freeLarge(_ frame: FrameNumber, _ order: FrameOrder) {
    switch order {
    case .small, .large: free(frame)
    case .huge: zones[zone(of: frame)].freeRun(frame, frames: order.frames)
    }
  }
}

/// The frames of a host, handed out and taken back by NUMA node in runs of 4 KiB, 2 MiB and 1 GiB.
///
/// A run is used by one or more, who are counted; the last one gives it back. A frame costs 8 bytes of
/// bookkeeping and a bit, and what was never handed out costs nothing. The order in which frames are
/// handed out depends on nothing but the calls.
public struct FrameAllocator: ~Copyable {
  /// The nodes in the order of their addresses.
  public let nodes: [MemoryNode]
  /// The records of frames but for those that 2 MiB begin with.
  var records: FlatWords
  /// The records of the frames that 2 MiB begin with: those of large runs lie side by side, so that a host
  /// in large runs costs no page of records for each.
  var heads: FlatWords
  private var small: FrameTier
  private var large: FrameTier
  /// A word for each gigabyte: whether it is whole and free.
  private var wholes: FlatWords
  /// The gigabyte of each node from which on a whole one is looked for.
  private var hints: FlatWords
  private var frees: FlatWords

  static let referenceMask: UInt64 = 1 << 28 - 1
  static let orderShift: UInt64 = 28
  /// What a record says of a run: its users and its order.
  static let runMask: UInt64 = referenceMask | 3 << orderShift
  static let contentBit: UInt64 = 1 << 30
  /// The record of a run that was split stands for all its 512 frames, each with as many users.
  static let splitBit: UInt64 = 1 << 31

  /// The frames of nodes of so many bytes, which begin at multiples of 1 GiB.
  ///
  /// A node's bytes count in whole frames.
  public init(nodeBytes: [UInt64]) {
    var nodes: [MemoryNode] = []
    var start: UInt64 = 0
    for bytes in nodeBytes {
      nodes.append(MemoryNode(firstFrame: FrameNumber(start), frames: bytes / FrameNumber.bytes))
      start += (bytes / FrameNumber.bytes + 1 << 18 - 1) & ~(1 << 18 - 1)
    }
    precondition(start <= 1 << 33, "a host has at most 32 TiB")
    self.nodes = nodes
    let gigabytes = Int(start >> 18)
    records = FlatWords(count: Int(start))
    heads = FlatWords(count: Int(start >> 9))
    small = FrameTier(groups: gigabytes * 512, nodes: nodes.count)
    large = FrameTier(groups: gigabytes, nodes: nodes.count)
    wholes = FlatWords(count: gigabytes)
    hints = FlatWords(count: nodes.count)
    frees = FlatWords(count: nodes.count)
    for (number, node) in nodes.enumerated() { add(node, number) }
  }

  private mutating func add(_ node: MemoryNode, _ number: Int) {
    let first = node.firstFrame.value
    let whole = node.frames >> 18
    for gigabyte in 0..<whole { wholes[Int(first >> 18 + gigabyte)] = 1 }
    hints[number] = first >> 18
    let blocks = (node.frames & (1 << 18 - 1)) >> 9
    if blocks > 0 { large.breakUp(first >> 18 + whole, runs: Int(blocks), node: number) }
    let rest = node.frames & 511
    if rest > 0 { small.breakUp((first + node.frames) >> 9, runs: Int(rest), node: number) }
    frees[number] = node.frames
  }

  /// The record of a frame.
  @inline(__always)
  subscript(record place: Int) -> UInt64 {
    @inline(__always) get { place & 511 == 0 ? heads[place &>> 9] : records[place] }
    @inline(__always) set {
      if place & 511 == 0 { heads[place &>> 9] = newValue } else { records[place] = newValue }
    }
  }

  /// The bytes of memory that the records of all frames take.
  public var residentBytes: Int {
    records.residentBytes + heads.residentBytes + small.residentBytes + large.residentBytes
      + wholes.residentBytes
      + hints.residentBytes + frees.residentBytes
  }

  /// The node that a frame belongs to.
  public func node(of frame: FrameNumber) -> Int {
    var node = nodes.count - 1
    while node > 0, frame < nodes[node].firstFrame { node -= 1 }
    return node
  }

  /// How many frames of a node are free.
  public func freeFrames(node: Int) -> UInt64 { frees[node] }

  /// How many frames are free.
  public var freeFrames: UInt64 { nodes.indices.reduce(0) { $0 + frees[$1] } }

  /// A run of frames for one user, from a node if it has one, else from the first that does.
  ///
  /// It fails where no node has so many free frames side by side.
  public mutating func allocate(_ order: FrameOrder, node preferred: Int = 0) -> FrameNumber? {
    if let frame = take(order, preferred) { return frame }
    for node in nodes.indices where node != preferred {
      if let frame = take(order, node) { return frame }
    }
    return nil
  }

  private mutating func take(_ order: FrameOrder, _ node: Int) -> FrameNumber? {
    let first: UInt64
    switch order {
    case .small:
      guard let frame = takeSmall(node) else { return nil }
      first = frame
    case .large:
      guard let block = takeLarge(node) else { return nil }
      first = block &<< 9
    case .huge:
      guard let gigabyte = takeHuge(node) else { return nil }
      first = gigabyte &<< 18
    }
    frees[node] &-= order.frames
    self[record: Int(truncatingIfNeeded: first)] = 1 | Self.code(order) &<< Self.orderShift
    return FrameNumber(first)
  }

  @inline(__always)
  private mutating func takeSmall(_ node: Int) -> UInt64? {
    if let frame = small.take(node: node) { return frame }
    guard let block = takeLarge(node) else { return nil }
    small.breakUp(block, node: node)
    return small.take(node: node)
  }

  private mutating func takeLarge(_ node: Int) -> UInt64? {
    if let block = large.take(node: node) { return block }
    guard let gigabyte = takeHuge(node) else { return nil }
    large.breakUp(gigabyte, node: node)
    return large.take(node: node)
  }

  private mutating func takeHuge(_ node: Int) -> UInt64? {
    let end = nodes[node].firstFrame.value >> 18 + nodes[node].frames >> 18
    while hints[node] < end {
      let gigabyte = Int(hints[node])
      if wholes[gigabyte] == 1 {
        wholes[gigabyte] = 0
        hints[node] += 1
        return UInt64(gigabyte)
      }
      hints[node] += 1
    }
    return nil
  }

  /// Gives up one use of a run; with the last one its frames are free again, which the result says.
  @discardableResult
  public mutating func release(_ frame: FrameNumber) -> Bool {
    let place = Int(truncatingIfNeeded: frame.value)
    writeOut(place)
    precondition(self[record: place] & Self.referenceMask != 0, "\(frame) is free already")
    self[record: place] &-= 1
    guard self[record: place] & Self.referenceMask == 0 else { return false }
    let order = order(of: frame)
    self[record: place] = 0
    let node = node(of: frame)
    frees[node] &+= order.frames
    switch order {
    case .small: giveSmall(frame.value, node)
    case .large: giveLarge(frame.value >> 9, node)
    case .huge: giveHuge(frame.value >> 18, node)
    }
    return true
  }

  private mutating func giveSmall(_ frame: UInt64, _ node: Int) {
    if small.give(frame, node: node) { giveLarge(frame >> 9, node) }
  }

  private mutating func giveLarge(_ block: UInt64, _ node: Int) {
    if large.give(block, node: node) { giveHuge(block >> 9, node) }
  }

  private mutating func giveHuge(_ gigabyte: UInt64, _ node: Int) {
    wholes[Int(gigabyte)] = 1
    hints[node] = min(hints[node], gigabyte)
  }

  /// The order of the run that begins with a frame.
  public func order(of frame: FrameNumber) -> FrameOrder {
    switch self[record: Int(truncatingIfNeeded: frame.value)] >> Self.orderShift & 3 {
    case 0: .small
    case 1: .large
    default: .huge
    }
  }

  static func code(_ order: FrameOrder) -> UInt64 {
    switch order {
    case .small: 0
    case .large: 1
    case .huge: 2
    }
  }

  /// Writes down the order of a run.
  mutating func note(_ order: FrameOrder, of frame: FrameNumber, uses: UInt64) {
    let place = Int(truncatingIfNeeded: frame.value)
    self[record: place] =
      self[record: place] & ~Self.runMask | uses | Self.code(order) << Self.orderShift
  }

  /// Whether a frame is free.
  public func isFree(_ frame: FrameNumber) -> Bool {
    if small.isFree(frame.value) { return true }
    if large.isFree(frame.value >> 9) { return true }
    return wholes[Int(frame.value >> 18)] == 1
  }
}

/// The frames that one stage's tables are made from.
///
/// Frames lie in ranges of the space that the tables live in, host-physical for the hypervisor's and
/// guest-physical for a guest's own. A frame that was freed last is used first; only when none is left
/// does a range give one that was never used, from its start upwards or in the order it was added with.
public struct TableFrames: Sendable {
  private struct Block: Sendable {
    let base: UInt64
    let count: Int
    let order: TableOrder
    /// How many frames have been used, in the order of the block.
    var next = 0
    /// One bit for each of them that holds a table.
    var holdsTable: [UInt64] = []
    /// How many frames are used from the start upwards, for a root, and the order of those behind.
    var ascending = 0
    var scattering: IndexPermutation?

    init(base: UInt64, count: Int, order: TableOrder) {
      self.base = base
      self.count = count
      self.order = order
      scatter()
    }

    /// Puts the frames that were never used into an order of their own, if the block has one.
    mutating func scatter() {
      guard case .scattered(let seed) = order else { return }
      ascending = next
      scattering = next < count ? IndexPermutation(count: UInt64(count - next), seed: seed) : nil
    }

    /// The frame that is used after `index` others.
    func frame(_ index: Int, frameBytes: UInt64) -> UInt64 {
      var number = UInt64(index)
      if let scattering, index >= ascending {
        number = UInt64(ascending) + scattering[UInt64(index - ascending)]
      }
      return base + number * frameBytes
    }

    /// How many others were used before a frame, if it was used.
    func index(of frame: UInt64, frameBytes: UInt64) -> Int? {
      let offset = frame &- base
      guard offset % frameBytes == 0, offset / frameBytes < UInt64(count) else { return nil }
      var index = offset / frameBytes
      if let scattering, index >= UInt64(ascending) {
        index = UInt64(ascending) + scattering.place(of: index - UInt64(ascending))
      }
      return index < UInt64(next) ? Int(index) : nil
    }
  }

  /// The bytes of a frame: those of the format's smallest page.
  public let frameBytes: UInt64
  /// How many frames there are.
  public private(set) var total = 0
  /// How many of them hold tables, those of the root among them.
  public private(set) var used = 0
  private var blocks: [Block] = []
  private var freed: [UInt64] = []
  /// The block that a frame was found in last, where the next one is looked for first.
  private var latest = 0
  /// The first block that may have frames that were never used.
  private var open = 0

  /// How many frames are left.
  public var free: Int { total - used }

  init(frameBytes: UInt64) { self.frameBytes = frameBytes }

  /// Adds the whole frames between `base` and `base + bytes`.
  mutating func add(
    at base: UInt64, bytes: UInt64, order: TableOrder = .ascending
  ) throws(TableError) {
    let start = (base &+ (frameBytes - 1)) & ~(frameBytes - 1)
    let (end, wraps) = base.addingReportingOverflow(bytes)
    let stop = wraps ? 0 &- frameBytes : end & ~(frameBytes - 1)
    guard start >= base, stop > start else { return }
    for block in blocks {
      let blockEnd = block.base + UInt64(block.count) * frameBytes
      if start < blockEnd, block.base < stop { throw .framesOverlap(address: start) }
    }
    let count = Int((stop - start) / frameBytes)
    blocks.append(Block(base: start, count: count, order: order))
    total += count
  }

  /// The frame that `take()` will give after `skipped` others.
  func upcoming(_ skipped: Int) -> UInt64? {
    if skipped < freed.count { return freed[freed.count - 1 - skipped] }
    var left = skipped - freed.count
    for block in blocks {
      if left < block.count - block.next {
        return block.frame(block.next + left, frameBytes: frameBytes)
      }
      left -= block.count - block.next
    }
    return nil
  }

  /// A frame for a table, with whatever it holds.
  mutating func take() -> UInt64? {
    let frame: UInt64
    if let last = freed.popLast() {
      frame = last
    } else if let number = blocks[open...].firstIndex(where: { $0.next < $0.count }) {
      open = number
      frame = advance(number)
    } else {
      return nil
    }
    mark(frame)
    used += 1
    return frame
  }

  /// Frames side by side for a root of `bytes` bytes, at a multiple of that.
  ///
  /// They are used, but hold no table that could be given back.
  mutating func takeRoot(bytes: UInt64) -> UInt64? {
    // Frames side by side are left only where none has been used out of turn.
    for (number, block) in blocks.enumerated()
    where block.scattering == nil || block.next == block.ascending {
      let unused = block.base + UInt64(block.next) * frameBytes
      let skipped = (0 &- unused) & (bytes - 1)
      let left = UInt64(block.count - block.next) * frameBytes
      guard skipped <= left, bytes <= left - skipped else { continue }
      blocks[number].ascending = block.count
      for _ in 0..<skipped / frameBytes { freed.append(advance(number)) }
      for _ in 0..<bytes / frameBytes { _ = advance(number) }
      blocks[number].scatter()
      used += Int(bytes / frameBytes)
      return unused + skipped
    }
    return nil
  }

  /// Whether a table was made from this frame.
  func holdsTable(_ frame: UInt64) -> Bool {
    if latest < blocks.count,
      let index = blocks[latest].index(of: frame, frameBytes: frameBytes)
    {
      return blocks[latest].holdsTable[index / 64] & 1 << UInt64(index % 64) != 0
    }
    for block in blocks {
      guard let index = block.index(of: frame, frameBytes: frameBytes) else { continue }
      return block.holdsTable[index / 64] & 1 << UInt64(index % 64) != 0
    }
    return false
  }

  /// Takes the frame of a table back.
  mutating func give(_ frame: UInt64) {
    guard holdsTable(frame) else { return }
    mark(frame)
    freed.append(frame)
    used -= 1
  }

  /// The next frame of a block that was never used.
  private mutating func advance(_ number: Int) -> UInt64 {
    let index = blocks[number].next
    if index % 64 == 0 { blocks[number].holdsTable.append(0) }
    blocks[number].next += 1
    return blocks[number].frame(index, frameBytes: frameBytes)
  }

  /// Turns over whether a frame holds a table.
  private mutating func mark(_ frame: UInt64) {
    if latest < blocks.count,
      let index = blocks[latest].index(of: frame, frameBytes: frameBytes)
    {
      blocks[latest].holdsTable[index / 64] ^= 1 << UInt64(index % 64)
      return
    }
    for number in blocks.indices {
      guard let index = blocks[number].index(of: frame, frameBytes: frameBytes) else { continue }
      latest = number
      blocks[number].holdsTable[index / 64] ^= 1 << UInt64(index % 64)
      return
    }
  }
}

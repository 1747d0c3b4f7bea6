extension FrameAllocator {
  /// How many use the run that begins with a frame; 0 for a frame that is free or inside a run.
  @inline(__always)
  public func references(of frame: FrameNumber) -> UInt64 {
    let place = Int(truncatingIfNeeded: frame.value)
    let own = self[record: place] & Self.referenceMask
    if own != 0 { return own }
    let head = heads[place &>> 9]
    return head & Self.splitBit != 0 ? head & Self.referenceMask : 0
  }

  /// Counts one more user of a run.
  @inline(__always)
  public mutating func share(_ frame: FrameNumber) {
    let place = Int(truncatingIfNeeded: frame.value)
    writeOut(place)
    precondition(
      self[record: place] & Self.referenceMask != 0, "\(frame) is free and can't be shared")
    self[record: place] &+= 1
  }

  /// Makes of a run 512 runs of the next smaller order, each with as many users.
  public mutating func split(_ frame: FrameNumber) {
    let order = order(of: frame)
    guard let smaller = order.smaller else { return }
    let uses = references(of: frame)
    if smaller == .small {
      // One record stands for all, until one of them becomes different.
      let block = Int(truncatingIfNeeded: frame.value &>> 9)
      heads[block] = heads[block] & ~Self.runMask | uses | Self.splitBit
      return
    }
    var part = frame
    for _ in 0..<512 {
      note(smaller, of: part, uses: uses)
      part = part + smaller.frames
    }
  }

  /// Writes a record for each frame of a run that was split, where one stands for all.
  @inline(__always)
  mutating func writeOut(_ place: Int) {
    if heads[place &>> 9] & Self.splitBit != 0 { writeOutRun(place &>> 9) }
  }

  @inline(never)
  private mutating func writeOutRun(_ block: Int) {
    heads[block] &= ~Self.splitBit
    let record = heads[block] & Self.referenceMask | Self.code(.small) << Self.orderShift
    let first = block << 9
    // The plainest loop there is: the compiler makes vectors of it.
    for number in 1..<512 {
      records[first &+ number] = records[first &+ number] & ~Self.runMask | record
    }
  }

  /// Whether what a frame holds matters: tables of a guest, or what a test stored.
  @inline(__always)
  public func holdsContent(_ frame: FrameNumber) -> Bool {
    self[record: Int(truncatingIfNeeded: frame.value)] & Self.contentBit != 0
  }

  /// Notes whether what a frame holds matters.
  @inline(__always)
  public mutating func setHoldsContent(_ frame: FrameNumber, _ holds: Bool) {
    let place = Int(truncatingIfNeeded: frame.value)
    if holds {
      self[record: place] |= Self.contentBit
    } else {
      self[record: place] &= ~Self.contentBit
    }
  }
}

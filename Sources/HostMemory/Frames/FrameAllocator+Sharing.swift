extension FrameAllocator {
  /// How many use the run that begins with a frame; 0 for a frame that is free or inside a run.
  @inline(__always)
  public func references(of frame: FrameNumber) -> UInt64 {
    self[record: Int(truncatingIfNeeded: frame.value)] & Self.referenceMask
  }

  /// Counts one more user of a run.
  @inline(__always)
  public mutating func share(_ frame: FrameNumber) {
    let place = Int(truncatingIfNeeded: frame.value)
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
      // The plainest loop there is: the compiler makes vectors of it.
      let first = Int(truncatingIfNeeded: frame.value)
      let record = uses | Self.code(.small) << Self.orderShift
      self[record: first] = self[record: first] & ~Self.runMask | record
      for number in 1..<512 {
        records[first &+ number] = records[first &+ number] & ~Self.runMask | record
      }
      return
    }
    var part = frame
    for _ in 0..<512 {
      note(smaller, of: part, uses: uses)
      part = part + smaller.frames
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

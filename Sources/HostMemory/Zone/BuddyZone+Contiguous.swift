extension BuddyZone {
  /// So many free frames side by side, which is more than the longest block: a 1 GiB page.
  ///
  /// The run begins at a multiple of its length. It is taken where all of it is free: nothing is moved
  /// out of the way. The kernel looks from the start of the zone, too (alloc_contig_pages).
  mutating func allocateRun(frames run: UInt64, _ type: MigrateType) -> FrameNumber? {
    let longest = BlockOrder.longest
    precondition(run % longest.frames == 0 && run.nonzeroBitCount == 1)
    var start = (firstFrame.value + run - 1) & ~(run - 1)
    let end = firstFrame.value + frames
    search: while start + run <= end {
      for place in stride(from: start - base, to: start - base + run, by: Int(longest.frames)) {
        guard isFree(place, longest.value) else {
          start += run
          continue search
        }
      }
      for place in stride(from: start - base, to: start - base + run, by: Int(longest.frames)) {
        unlink(place, longest.value, self.type(place))
        use(place, longest.value, type)
      }
      freeFrames -= run
      return FrameNumber(start)
    }
    return nil
  }

  /// Gives a run back.
  mutating func freeRun(_ frame: FrameNumber, frames run: UInt64) {
    for offset in stride(from: 0, to: run, by: Int(BlockOrder.longest.frames)) {
      free(frame + offset)
    }
  }
}

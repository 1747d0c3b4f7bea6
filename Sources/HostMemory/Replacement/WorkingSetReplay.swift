/// The working set of a window: a page is in memory while one of the last so many references was to it.
///
/// It is no policy for a number of frames: how many are in use varies, and a window of as many references
/// as there are frames never needs more.
struct WorkingSetReplay {
  let window: Int

  func outcome(_ trace: ReferenceTrace, frames: Int) -> ReplacementOutcome {
    var outcome = ReplacementOutcome(.ws, frames: frames, references: trace.count)
    outcome.coldMisses = trace.pageCount
    // The number of a page's last reference, counted from 1; 0 before its first.
    let last = FlatArray<UInt32>(repeating: 0, count: trace.pageCount)
    let isDirty = FlatArray<Bool>(repeating: false, count: trace.pageCount)
    var resident = 0
    var sum = 0.0
    for number in 0..<trace.count {
      let page = trace.pages[number]
      let before = Int(last[page])
      if before == 0 || number + 1 - before > window {
        outcome.misses += 1
        resident += 1
      }
      last[page] = UInt32(number + 1)
      if trace.isWrite(number) { isDirty[page] = true }
      // A reference leaves the window, and its page with it if there was none to it since.
      let leaving = number - window
      if leaving >= 0, last[trace.pages[leaving]] == UInt32(leaving + 1) {
        let page = trace.pages[leaving]
        resident -= 1
        if isDirty[page] { outcome.dirtyEvictions += 1 } else { outcome.cleanEvictions += 1 }
        isDirty[page] = false
      }
      outcome.mostResident = max(outcome.mostResident, resident)
      sum += Double(resident)
    }
    outcome.meanResident = trace.count == 0 ? 0 : sum / Double(trace.count)
    return outcome
  }
}

/// The scan.
extension SamePageMerger {
  /// Wakes the scanner: it visits up to `pages_to_scan` pages, and stops early at the end of all memory.
  ///
  /// `milliseconds` is the time, which decides when chains are looked through whole, and which the
  /// advisor reckons with.
  @discardableResult
  public mutating func wake(at milliseconds: Int) -> MergingWake {
    var wake = MergingWake()
    now = milliseconds
    if recordsEvents { events.removeAll(keepingCapacity: true) }
    guard !order.isEmpty else { return wake }
    while wake.scanned < settings.pagesToScan {
      guard let page = nextPage() else {
        wake.endedScan = true
        break
      }
      compareAndMerge(page)
      wake.scanned += 1
    }
    scanned += UInt64(wake.scanned)
    wake.cpuNanoseconds = UInt64(wake.scanned) * settings.cost.scanNanoseconds
    cpuNanoseconds += wake.cpuNanoseconds
    if wake.endedScan { advise() }
    return wake
  }

  /// The next page to visit; `nil` at the end of all memory.
  private mutating func nextPage() -> Int? {
    if !isScanning {
      isScanning = true
      rangePosition = 0
      offset = 0
      scanStart = now
      scanStartCPU = cpuNanoseconds
      unstable.removeAll()
      unstableTree.removeAll()
      isUnstableUntidy = false
    }
    while rangePosition < order.count {
      let state = ranges[order[rangePosition]]
      if state.hasEnded {
        for page in state.range.pages where pages[page].isTracked { untrack(page) }
        freeRanges.append(state.range)
        order.remove(at: rangePosition)
        offset = 0
        continue
      }
      let end = state.range.firstPage + state.range.pageCount
      var page = state.range.firstPage + offset
      while page < end {
        if pages[page].isVisited {
          if !pages[page].isTracked {
            pages[page].isTracked = true
            tracked += 1
          }
          if !rules.isSmartScan || !passesOver(page) {
            offset = page - state.range.firstPage + 1
            return page
          }
        } else if pages[page].isTracked {
          untrack(page)
        }
        page += 1
      }
      rangePosition += 1
      offset = 0
    }
    isScanning = false
    scanNumber += 1
    return nil
  }

  /// Whether smart scan passes the page over this time.
  private mutating func passesOver(_ page: Int) -> Bool {
    // A merged page is looked at always; it costs next to nothing.
    guard pages[page].mapping != .copy else { return false }
    let age = pages[page].age
    if age < .max { pages[page].age = age + 1 }
    guard age >= SmartScan.firstAge else { return false }
    guard pages[page].skips > 0 else {
      pages[page].skips = SmartScan.skips(atAge: age)
      return false
    }
    skipped += 1
    pages[page].skips -= 1
    leaveSet(page)
    return true
  }

  /// Forgets a page that is no longer there.
  mutating func untrack(_ page: Int) {
    leaveSet(page)
    pages[page].untrack()
    tracked -= 1
  }

  /// Lets the advisor set `pages_to_scan` after a scan of all memory.
  private mutating func advise() {
    guard settings.kernel.hasAdvisor, var advisor = settings.advisor else { return }
    let cpu = (cpuNanoseconds - scanStartCPU) / 1_000_000
    settings.pagesToScan = max(
      advisor.pagesToScan(
        after: settings.pagesToScan, scanMilliseconds: now - scanStart, cpuMilliseconds: Int(cpu)),
      1)
    settings.advisor = advisor
  }
}

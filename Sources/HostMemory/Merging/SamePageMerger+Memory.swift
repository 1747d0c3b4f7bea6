/// What the owner of the memory tells the scanner.
extension SamePageMerger {
  /// Gives memory to merging, all of it absent until it is written.
  ///
  /// A range that comes while a scan is under way is visited by the next scan, as the kernel puts a
  /// process behind its cursor. `isHuge` says that the memory is in 2M pages.
  public mutating func register(
    pages count: Int, isHuge: Bool = false, node: UInt8 = 0
  ) throws(MergingError) -> MergeableRange {
    guard count >= 0, pages.count + count + 511 < Int(Int32.max) else {
      throw .tooManyPages(pages.count + count)
    }
    guard !isHuge || count.isMultiple(of: 512) else { throw .brokenHugePage(pages: count) }
    var fresh = PageRecord()
    fresh.isHuge = isHuge
    fresh.node = node
    let first: Int
    if let place = freeRanges.firstIndex(where: {
      $0.pageCount == count && (!isHuge || $0.firstPage.isMultiple(of: 512))
    }) {
      first = freeRanges.remove(at: place).firstPage
      for page in first..<first + count { pages[page] = fresh }
    } else {
      // A 2M page starts at a multiple of 512 pages.
      if isHuge {
        pages.append(contentsOf: repeatElement(PageRecord(), count: -pages.count & 511))
      }
      first = pages.count
      pages.append(contentsOf: repeatElement(fresh, count: count))
    }
    if keepsTree {
      notes.append(contentsOf: repeatElement(0, count: pages.count - notes.count))
    }
    let range = MergeableRange(number: ranges.count, firstPage: first, pageCount: count)
    ranges.append(RangeState(range: range))
    if isScanning {
      order.insert(range.number, at: rangePosition)
      rangePosition += 1
    } else {
      order.append(range.number)
    }
    return range
  }

  /// Takes a range away because its VM has ended: its pages are gone at once, the scanner's records of
  /// them when it comes by.
  public mutating func end(_ range: MergeableRange) {
    guard !ranges[range.number].hasEnded,
      let place = order.firstIndex(of: range.number)
    else { return }
    ranges[range.number].hasEnded = true
    for page in range.pages { drop(page) }
    let isAtCursor = isScanning && place == rangePosition
    let isTracked = range.pages.contains { pages[$0].isTracked }
    if !isTracked && !isAtCursor {
      order.remove(at: place)
      if isScanning, place < rangePosition { rangePosition -= 1 }
      freeRanges.append(range)
    } else if !isAtCursor {
      // The scan comes there next.
      order.remove(at: place)
      if isScanning, place < rangePosition { rangePosition -= 1 }
      order.insert(range.number, at: isScanning ? rangePosition + 1 : 0)
    } else {
      offset = 0
    }
  }

  /// Writes a page: afterwards it has this content, in a frame of its own.
  @discardableResult
  public mutating func write(_ page: Int, _ content: PageContent) -> PageWrite {
    guard pages[page].isPresent else {
      pages[page].isPresent = true
      pages[page].mapping = .own
      pages[page].content = content
      return .populated
    }
    let mapping = pages[page].mapping
    leaveMapping(page)
    if pages[page].content != content { noteChange(page) }
    pages[page].content = content
    return mapping == .own ? .own : .copied
  }

  /// Takes a page away from its VM: by a balloon, or with the VM.
  public mutating func drop(_ page: Int) {
    guard pages[page].isPresent else { return }
    leaveMapping(page)
    noteChange(page)
    pages[page].isPresent = false
    pages[page].isHuge = false
  }

  /// The content that the page's VM reads; `nil` where nothing is mapped.
  public func content(of page: Int) -> PageContent? {
    pages[page].isPresent ? pages[page].content : nil
  }

  /// The shared copy that the page is mapped to.
  public func copy(of page: Int) -> Int? {
    let record = pages[page]
    return record.isPresent && record.mapping == .copy ? Int(record.link) : nil
  }

  /// Whether the page is mapped to the page of zeros, so that a write must copy.
  public func isZeroed(_ page: Int) -> Bool {
    pages[page].mapping == .mergedZero || pages[page].mapping == .plainZero
  }

  /// Whether the page is a part of a 2M page.
  public func isHuge(_ page: Int) -> Bool { pages[page].isHuge }

  /// Says on which NUMA node the page's frame is.
  public mutating func setNode(_ page: Int, _ node: UInt8) { pages[page].node = node }

  /// Gives every page a frame of its own again and forgets all records: `run` set to 2.
  public mutating func unmergeAll() {
    events.removeAll(keepingCapacity: true)
    for number in order {
      for page in ranges[number].range.pages {
        if pages[page].isPresent, pages[page].mapping == .copy || pages[page].mapping == .mergedZero
        {
          leaveMapping(page)
          tell(.unmerged(page: page))
        }
        if pages[page].isTracked { untrack(page) }
      }
    }
    order.removeAll { number in
      if ranges[number].hasEnded { freeRanges.append(ranges[number].range) }
      return ranges[number].hasEnded
    }
    dissolveAllChains()
    isScanning = false
    scanNumber = 0
  }

  /// The page has a frame of its own from now on.
  private mutating func leaveMapping(_ page: Int) {
    switch pages[page].mapping {
    case .own: return
    case .copy:
      let copy = Int(pages[page].link)
      copies[copy].mappers -= 1
      if copies[copy].isStale { staleCopies += 1 }
    case .mergedZero: zeroed -= 1
    case .plainZero: break
    }
    pages[page].mapping = .own
  }
}

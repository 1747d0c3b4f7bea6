/// What is done with a page that the scan has come to.
extension SamePageMerger {
  mutating func compareAndMerge(_ page: Int) {
    if pages[page].mapping == .copy { return }
    leaveSet(page)
    let content = pages[page].content
    switch rules.order {
    case .checksumFirst:
      guard isUnchanged(page), !mergeWithZero(page) else { return }
      guard !mergeWithStable(page, content) else { return }
    case .stableSetFirst:
      guard !mergeWithStable(page, content) else { return }
      guard isUnchanged(page), !mergeWithZero(page) else { return }
    }
    mergeWithUnstable(page, content)
  }

  /// Whether the page has the checksum of its last visit; it is remembered for the next.
  private mutating func isUnchanged(_ page: Int) -> Bool {
    let checksum = pages[page].content.checksum
    if pages[page].link == checksum { return true }
    pages[page].link = checksum
    return false
  }

  /// Maps a page of zeros to the page of zeros, where the settings want that.
  private mutating func mergeWithZero(_ page: Int) -> Bool {
    guard rules.usesZeroPages, pages[page].content == .zero else { return false }
    breakHugePage(of: page)
    // Breaking may have mapped it there already.
    guard pages[page].mapping == .own else { return false }
    pages[page].mapping = .mergedZero
    zeroed += 1
    tell(.zeroed(page: page))
    return true
  }

  private mutating func mergeWithStable(_ page: Int, _ content: PageContent) -> Bool {
    guard let copy = searchStable(content, node(of: page)) else { return false }
    breakHugePage(of: page)
    guard pages[page].mapping == .own else { return true }
    join(page, copy)
    tell(.merged(page: page, copy: copy))
    return true
  }

  private mutating func mergeWithUnstable(_ page: Int, _ content: PageContent) {
    guard case .found(let other) = searchUnstable(page, content) else { return }
    if pages[page].isHuge, pages[other].isHuge, page >> 9 == other >> 9 {
      // Both are held while the 2M page they share would have to break: it breaks after, and these two
      // merge in the next scan.
      breakHugePage(of: page)
      return
    }
    breakHugePage(of: page)
    guard pages[page].mapping == .own else { return }
    breakHugePage(of: other)
    guard pages[other].mapping == .own else { return }
    leaveSet(other)
    let copy = insertStable(content, node(of: page))
    join(other, copy)
    join(page, copy)
    tell(.shared(page: page))
    tell(.merged(page: other, copy: copy))
  }

  /// Maps a page to a copy.
  private mutating func join(_ page: Int, _ copy: Int) {
    copies[copy].mappers += 1
    setLength(copies[copy].length + 1, of: copy)
    if copies[copy].length > 1 { sharing += 1 } else { shared += 1 }
    let checksum = pages[page].link
    pages[page].hasOlderChecksum = checksum != copies[copy].content.checksum
    if keepsTree { notes[page] = checksum }
    pages[page].link = UInt32(copy)
    pages[page].place = .stable
    pages[page].mapping = .copy
  }

  /// The set that the page's frame belongs to: one for all nodes, or one for each.
  @inline(__always)
  func node(of page: Int) -> UInt8 { rules.acrossNodes ? 0 : pages[page].node }

  /// Takes a page out of the set it is in, where it is no longer what the set says.
  mutating func leaveSet(_ page: Int) {
    switch pages[page].place {
    case .none: return
    case .unstable:
      unshared -= 1
      if keepsTree, isInUnstable(page) { unstableTree.remove(notes[page]) }
    case .stable:
      let number = Int(pages[page].link)
      let checksum = copies[number].content.checksum
      if !copies[number].isRemoved {
        if copies[number].isStale {
          removeStale(number)
        } else {
          sharing -= 1
        }
      }
      setLength(copies[number].length - 1, of: number)
      if copies[number].isRemoved, copies[number].length == 0 { freeCopies.append(UInt32(number)) }
      pages[page].link =
        pages[page].hasOlderChecksum ? (keepsTree ? notes[page] : 0) : checksum
      pages[page].hasOlderChecksum = false
    }
    pages[page].place = .none
  }

  /// Breaks the 2M page that a page is a part of.
  private mutating func breakHugePage(of page: Int) {
    guard pages[page].isHuge else { return }
    let first = page & ~511
    brokenHugePages += 1
    tell(.broken(firstPage: first))
    let freesZeros = settings.kernel.breakingFreesZeroPages
    for part in first..<first + 512 {
      pages[part].isHuge = false
      if freesZeros, pages[part].isPresent, pages[part].content == .zero {
        pages[part].mapping = .plainZero
        noteChange(part)
      }
    }
  }
}

/// The unstable set.
extension SamePageMerger {
  /// What a search of the unstable set comes to.
  enum UnstableSearch {
    /// A page of the same content.
    case found(Int)
    /// The page is in the set now.
    case entered
    /// The way led past a page that is gone, at which the kernel gives up.
    case blocked
  }

  /// Looks for a page of the same content, and enters the page where there is none.
  mutating func searchUnstable(_ page: Int, _ content: PageContent) -> UnstableSearch {
    let node = node(of: page)
    if isUnstableUntidy { return walkUnstable(page, content, node) }
    if let other = findUnstable(content, node) { return .found(other) }
    unstable.insert(
      page, content.hash(node: node), pages, scan: scanNumber,
      acrossNodes: rules.acrossNodes)
    if keepsTree { notes[page] = unstableTree.insert(UInt32(page), content, node) }
    enter(page)
    return .entered
  }

  /// Goes down the tree by what its pages hold now.
  private mutating func walkUnstable(
    _ page: Int, _ content: PageContent, _ node: UInt8
  ) -> UnstableSearch {
    var parent: UInt32 = 0
    var next = unstableTree.root(node)
    var isLeft = false
    while next != 0 {
      let there = unstableTree.nodes[Int(next)]
      let other = Int(there.payload)
      guard pages[other].isVisited else { return .blocked }
      guard pages[other].content != content else {
        return self.node(of: other) == node ? .found(other) : .blocked
      }
      parent = next
      isLeft = content.identity < pages[other].content.identity
      next = isLeft ? there.left : there.right
    }
    notes[page] = unstableTree.insert(
      UInt32(page), content, node, under: parent, isLeft: isLeft)
    enter(page)
    return .entered
  }

  private mutating func enter(_ page: Int) {
    pages[page].place = .unstable
    pages[page].isOddScan = !scanNumber.isMultiple(of: 2)
    unshared += 1
    // Breaking a 2M page may just have taken it away.
    if pages[page].mapping != .own { noteChange(page) }
  }

  /// Whether this scan has put the page into the set.
  @inline(__always)
  func isInUnstable(_ page: Int) -> Bool {
    isScanning && pages[page].place == .unstable
      && pages[page].isOddScan != scanNumber.isMultiple(of: 2)
  }

  /// Notes that a page changes or goes.
  mutating func noteChange(_ page: Int) {
    if keepsTree, isInUnstable(page) { isUnstableUntidy = true }
  }

  /// A page of this scan that was found unchanged and alone, and has the content still.
  ///
  /// It changes nothing; but for a call that may not, the compiler copies the whole merger.
  private mutating func findUnstable(_ content: PageContent, _ node: UInt8) -> Int? {
    let isOdd = !scanNumber.isMultiple(of: 2)
    let checksum = content.checksum
    let hash = content.hash(node: node)
    var slot = unstable.slot(hash)
    while let found = unstable.candidate(slot, hash) {
      let page = unstable.page(found)
      let record = pages[page]
      if record.link == checksum, record.content == content, record.place == .unstable,
        record.isOddScan == isOdd, record.isVisited, self.node(of: page) == node
      {
        return page
      }
      slot = unstable.after(found)
    }
    return nil
  }
}

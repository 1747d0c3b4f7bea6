/// The unstable set.
extension SamePageMerger {
  /// A page of this scan that was found unchanged and alone, and has the content still.
  func findUnstable(_ content: PageContent, _ node: UInt8) -> Int? {
    let isOdd = !scanNumber.isMultiple(of: 2)
    let checksum = content.checksum
    var slot = unstable.slot(content.hash(node: node))
    while let page = unstable.page(slot) {
      let record = pages[page]
      if record.link == checksum, record.content == content, record.place == .unstable,
        record.isOddScan == isOdd, record.isVisited, self.node(of: page) == node
      {
        return page
      }
      slot = unstable.after(slot)
    }
    return nil
  }
}

/// The kernel's tree of the stable set.
///
/// Contents are found by a table; the tree is here because a search that comes past a copy whose frame
/// is gone, or past a chain with one copy left, tidies it up, and the tree's shape decides what a search
/// comes past.
struct StableTree {
  private var tree = ContentTree()
  /// Where copies and chains are in the tree.
  private var ofCopy: [UInt32] = []
  private var ofChain: [UInt32] = []

  var bytes: Int { tree.bytes + (ofCopy.count + ofChain.count) * MemoryLayout<UInt32>.stride }

  func root(_ numa: UInt8) -> UInt32 { tree.root(numa) }

  func entry(_ node: UInt32) -> ContentTable.Entry {
    ContentTable.entry(tree.nodes[Int(node)].payload)
  }

  /// Where a search for a content goes from a node; `nil` where the node has it.
  func next(_ node: UInt32, toward content: PageContent) -> UInt32? {
    let there = tree.nodes[Int(node)]
    guard there.content != content else { return nil }
    return content.identity < there.content.identity ? there.left : there.right
  }

  mutating func insert(_ entry: ContentTable.Entry, _ content: PageContent, _ numa: UInt8) {
    setPlace(entry, tree.insert(ContentTable.word(entry), content, numa))
  }

  mutating func remove(_ entry: ContentTable.Entry) { tree.remove(place(entry)) }

  /// Lets a chain take the place of its first copy, or the last copy that of its chain.
  mutating func replace(_ old: ContentTable.Entry, by new: ContentTable.Entry) {
    let node = place(old)
    tree.setPayload(node, ContentTable.word(new))
    setPlace(new, node)
  }

  private mutating func setPlace(_ entry: ContentTable.Entry, _ node: UInt32) {
    switch entry {
    case .copy(let number):
      while ofCopy.count <= number { ofCopy.append(0) }
      ofCopy[number] = node
    case .chain(let number):
      while ofChain.count <= number { ofChain.append(0) }
      ofChain[number] = node
    }
  }

  private func place(_ entry: ContentTable.Entry) -> UInt32 {
    switch entry {
    case .copy(let number): ofCopy[number]
    case .chain(let number): ofChain[number]
    }
  }
}

/// The kernel's tree of the stable set: red and black, sorted by content.
///
/// Contents are found by a table; the tree is here because a search that comes past a copy whose frame
/// is gone, or past a chain with one copy left, tidies it up, and the tree's shape decides what a search
/// comes past. The shape is that of the textbook's red-black tree with parents (Cormen et al.,
/// "Introduction to Algorithms", 3rd edition, chapter 13), which is the kernel's.
struct StableTree {
  struct Node {
    var content: PageContent
    var entry: ContentTable.Entry
    var left: UInt32 = 0
    var right: UInt32 = 0
    var parent: UInt32 = 0
    var isRed = false
    var numa: UInt8
  }

  /// The nodes; number 0 is the leaf that all leaves are, and black.
  private(set) var nodes = [Node(content: .zero, entry: .copy(0), numa: 0)]
  private var free: [UInt32] = []
  private var roots = [UInt32](repeating: 0, count: 256)
  /// Where copies and chains are in the tree.
  private var ofCopy: [UInt32] = []
  private var ofChain: [UInt32] = []

  var bytes: Int {
    nodes.count * MemoryLayout<Node>.stride
      + (ofCopy.count + ofChain.count) * MemoryLayout<UInt32>.stride
  }

  func root(_ numa: UInt8) -> UInt32 { roots[Int(numa)] }

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

  /// Lets a chain take the place of its first copy, or the last copy that of its chain.
  mutating func replace(_ old: ContentTable.Entry, by new: ContentTable.Entry) {
    let node = place(old)
    nodes[Int(node)].entry = new
    setPlace(new, node)
  }

  /// Enters a content that is not there.
  mutating func insert(_ entry: ContentTable.Entry, _ content: PageContent, _ numa: UInt8) {
    var fresh = Node(content: content, entry: entry, numa: numa)
    fresh.isRed = true
    var parent: UInt32 = 0
    var next = root(numa)
    var isLeft = false
    while next != 0 {
      parent = next
      isLeft = content.identity < nodes[Int(next)].content.identity
      next = isLeft ? nodes[Int(next)].left : nodes[Int(next)].right
    }
    fresh.parent = parent
    let number: UInt32
    if let free = free.popLast() {
      number = free
      nodes[Int(free)] = fresh
    } else {
      number = UInt32(nodes.count)
      nodes.append(fresh)
    }
    if parent == 0 {
      roots[Int(numa)] = number
    } else if isLeft {
      nodes[Int(parent)].left = number
    } else {
      nodes[Int(parent)].right = number
    }
    setPlace(entry, number)
    balanceAfterInsert(number)
    nodes[Int(roots[Int(numa)])].isRed = false
  }

  /// Removes an entry.
  mutating func remove(_ entry: ContentTable.Entry) {
    let number = place(entry)
    let node = nodes[Int(number)]
    let orphan: UInt32
    var losesBlack = !node.isRed
    if node.left == 0 {
      orphan = node.right
      transplant(number, by: orphan)
    } else if node.right == 0 {
      orphan = node.left
      transplant(number, by: orphan)
    } else {
      var heir = node.right
      while nodes[Int(heir)].left != 0 { heir = nodes[Int(heir)].left }
      losesBlack = !nodes[Int(heir)].isRed
      orphan = nodes[Int(heir)].right
      if nodes[Int(heir)].parent == number {
        nodes[Int(orphan)].parent = heir
      } else {
        transplant(heir, by: orphan)
        nodes[Int(heir)].right = node.right
        nodes[Int(node.right)].parent = heir
      }
      transplant(number, by: heir)
      nodes[Int(heir)].left = node.left
      nodes[Int(node.left)].parent = heir
      nodes[Int(heir)].isRed = node.isRed
    }
    if losesBlack { balanceAfterRemove(orphan, node.numa) }
    free.append(number)
  }

  private mutating func transplant(_ old: UInt32, by new: UInt32) {
    let parent = nodes[Int(old)].parent
    if parent == 0 {
      roots[Int(nodes[Int(old)].numa)] = new
    } else if nodes[Int(parent)].left == old {
      nodes[Int(parent)].left = new
    } else {
      nodes[Int(parent)].right = new
    }
    // Number 0 takes a parent too, for the way up.
    nodes[Int(new)].parent = parent
  }

  // MARK: Balance

  private func child(_ node: UInt32, _ isLeft: Bool) -> UInt32 {
    isLeft ? nodes[Int(node)].left : nodes[Int(node)].right
  }

  private func isRed(_ node: UInt32) -> Bool { nodes[Int(node)].isRed }
  private mutating func setRed(_ node: UInt32, _ isRed: Bool) { nodes[Int(node)].isRed = isRed }

  private mutating func setChild(_ node: UInt32, _ isLeft: Bool, _ child: UInt32) {
    if isLeft { nodes[Int(node)].left = child } else { nodes[Int(node)].right = child }
  }

  /// Moves a node down to the given side; its child of the other side takes its place.
  private mutating func rotate(_ node: UInt32, toLeft: Bool) {
    let up = child(node, !toLeft)
    let middle = child(up, toLeft)
    setChild(node, !toLeft, middle)
    if middle != 0 { nodes[Int(middle)].parent = node }
    let parent = nodes[Int(node)].parent
    nodes[Int(up)].parent = parent
    if parent == 0 {
      roots[Int(nodes[Int(node)].numa)] = up
    } else {
      setChild(parent, nodes[Int(parent)].left == node, up)
    }
    setChild(up, toLeft, node)
    nodes[Int(node)].parent = up
  }

  private mutating func balanceAfterInsert(_ fresh: UInt32) {
    var node = fresh
    while isRed(nodes[Int(node)].parent) {
      var parent = nodes[Int(node)].parent
      let grandparent = nodes[Int(parent)].parent
      let isLeft = nodes[Int(grandparent)].left == parent
      let uncle = child(grandparent, !isLeft)
      if isRed(uncle) {
        setRed(parent, false)
        setRed(uncle, false)
        setRed(grandparent, true)
        node = grandparent
        continue
      }
      if child(parent, !isLeft) == node {
        node = parent
        rotate(node, toLeft: isLeft)
        parent = nodes[Int(node)].parent
      }
      setRed(parent, false)
      setRed(grandparent, true)
      rotate(grandparent, toLeft: !isLeft)
    }
  }

  private mutating func balanceAfterRemove(_ orphan: UInt32, _ numa: UInt8) {
    var node = orphan
    while node != root(numa), !isRed(node) {
      let parent = nodes[Int(node)].parent
      let isLeft = nodes[Int(parent)].left == node
      var sibling = child(parent, !isLeft)
      if isRed(sibling) {
        setRed(sibling, false)
        setRed(parent, true)
        rotate(parent, toLeft: isLeft)
        sibling = child(parent, !isLeft)
      }
      if !isRed(child(sibling, true)), !isRed(child(sibling, false)) {
        setRed(sibling, true)
        node = parent
        continue
      }
      if !isRed(child(sibling, !isLeft)) {
        setRed(child(sibling, isLeft), false)
        setRed(sibling, true)
        rotate(sibling, toLeft: !isLeft)
        sibling = child(parent, !isLeft)
      }
      setRed(sibling, isRed(parent))
      setRed(parent, false)
      setRed(child(sibling, !isLeft), false)
      rotate(parent, toLeft: isLeft)
      node = root(numa)
    }
    setRed(node, false)
  }
}

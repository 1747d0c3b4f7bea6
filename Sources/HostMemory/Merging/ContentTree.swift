/// A red-black tree sorted by content, of the shape that the kernel's has.
///
/// It is the textbook's, with parents (Cormen et al., "Introduction to Algorithms", 3rd edition, chapter
/// 13). Which way a search goes is its owner's affair: in the unstable set contents change under the tree.
struct ContentTree {
  struct Node {
    /// The content when it came.
    var content: PageContent
    /// What the owner keeps there.
    var payload: UInt32
    var left: UInt32 = 0
    var right: UInt32 = 0
    var parent: UInt32 = 0
    var isRed = false
    var numa: UInt8
  }

  /// The nodes; number 0 is the leaf that all leaves are, and black.
  var nodes = [Node(content: .zero, payload: 0, numa: 0)]
  private var free: [UInt32] = []
  var roots = [UInt32](repeating: 0, count: 256)

  var bytes: Int { nodes.count * MemoryLayout<Node>.stride }

  func root(_ numa: UInt8) -> UInt32 { roots[Int(numa)] }

  /// Puts something else where a content is.
  mutating func setPayload(_ node: UInt32, _ payload: UInt32) {
    nodes[Int(node)].payload = payload
  }

  /// Removes everything.
  mutating func removeAll() {
    guard nodes.count > 1 else { return }
    nodes.removeSubrange(1...)
    free.removeAll(keepingCapacity: true)
    for numa in roots.indices { roots[numa] = 0 }
  }

  /// Enters a content that is not there, and says where.
  mutating func insert(_ payload: UInt32, _ content: PageContent, _ numa: UInt8) -> UInt32 {
    var parent: UInt32 = 0
    var next = root(numa)
    var isLeft = false
    while next != 0 {
      parent = next
      isLeft = content.identity < nodes[Int(next)].content.identity
      next = isLeft ? nodes[Int(next)].left : nodes[Int(next)].right
    }
    return insert(payload, content, numa, under: parent, isLeft: isLeft)
  }

  /// Enters a content where a search for it has ended.
  mutating func insert(
    _ payload: UInt32, _ content: PageContent, _ numa: UInt8, under parent: UInt32, isLeft: Bool
  ) -> UInt32 {
    var fresh = Node(content: content, payload: payload, numa: numa)
    fresh.isRed = true
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
    balanceAfterInsert(number)
    nodes[Int(roots[Int(numa)])].isRed = false
    return number
  }

  /// Removes a node.
  mutating func remove(_ number: UInt32) {
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
}

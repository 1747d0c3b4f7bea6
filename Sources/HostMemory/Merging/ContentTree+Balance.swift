/// The rotations that keep the tree balanced.
extension ContentTree {
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

  mutating func balanceAfterInsert(_ fresh: UInt32) {
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

  mutating func balanceAfterRemove(_ orphan: UInt32, _ numa: UInt8) {
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

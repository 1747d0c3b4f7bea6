/// Doubly linked lists of pages: each page is on one of them at the most.
///
/// A list is a ring through a node of its own behind the nodes of the pages, so that neither end is a
/// special case. A page takes 8 bytes.
struct PageLists: ~Copyable {
  struct Node: BitwiseCopyable {
    /// The neighbour towards the back.
    var next: UInt32
    /// The neighbour towards the front.
    var previous: UInt32
  }

  private let nodes: FlatArray<Node>
  private let pages: UInt32

  /// So many empty lists for pages with numbers below `pages`.
  init(_ lists: Int, pages: Int) {
    self.pages = UInt32(pages)
    nodes = FlatArray(repeating: Node(next: 0, previous: 0), count: pages + lists)
    for list in 0..<lists {
      let ring = UInt32(pages + list)
      nodes[ring] = Node(next: ring, previous: ring)
    }
  }

  /// Puts a page, which is on no list, in front.
  @inline(__always)
  func pushFront(_ page: UInt32, _ list: UInt32) {
    let ring = pages &+ list
    let first = nodes[ring].next
    nodes[page] = Node(next: first, previous: ring)
    setPrevious(first, page)
    setNext(ring, page)
  }

  /// Puts a page, which is on no list, at the back.
  @inline(__always)
  func pushBack(_ page: UInt32, _ list: UInt32) {
    let ring = pages &+ list
    let last = nodes[ring].previous
    nodes[page] = Node(next: ring, previous: last)
    setNext(last, page)
    setPrevious(ring, page)
  }

  /// Takes a page off its list.
  @inline(__always)
  func remove(_ page: UInt32) {
    let node = nodes[page]
    setNext(node.previous, node.next)
    setPrevious(node.next, node.previous)
  }

  /// Takes the page at the back off; the list is not empty.
  @inline(__always)
  func popBack(_ list: UInt32) -> UInt32 {
    let page = nodes[pages &+ list].previous
    assert(page < pages, "the list is empty")
    remove(page)
    return page
  }

  /// The page at the back; the list is not empty.
  @inline(__always)
  func back(_ list: UInt32) -> UInt32 {
    let page = nodes[pages &+ list].previous
    assert(page < pages, "the list is empty")
    return page
  }

  /// Whether a page is the one in front.
  @inline(__always)
  func isFront(_ page: UInt32, _ list: UInt32) -> Bool { nodes[pages &+ list].next == page }

  /// Whether no page is on a list.
  @inline(__always)
  func isEmpty(_ list: UInt32) -> Bool { nodes[pages &+ list].next == pages &+ list }

  @inline(__always)
  private func setNext(_ node: UInt32, _ next: UInt32) {
    nodes[node] = Node(next: next, previous: nodes[node].previous)
  }

  @inline(__always)
  private func setPrevious(_ node: UInt32, _ previous: UInt32) {
    nodes[node] = Node(next: nodes[node].next, previous: previous)
  }
}

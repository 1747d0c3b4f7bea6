/// The stable set.
extension SamePageMerger {
  /// A copy of the content with room for one more mapping.
  mutating func searchStable(_ content: PageContent, _ node: UInt8) -> Int? {
    guard let found = walkStable(content, node, prunes: true) else { return nil }
    return copies[found].hasRoom(rules.limit) ? found : nil
  }

  /// A new copy of the content, alone or on the chain of its content.
  mutating func insertStable(_ content: PageContent, _ node: UInt8) -> Int {
    let old = walkStable(content, node, prunes: false)
    let number: Int
    let copy = SharedCopy(content: content, node: node)
    if let free = freeCopies.popLast() {
      number = Int(free)
      copies[number] = copy
    } else {
      number = copies.count
      copies.append(copy)
    }
    guard let old else {
      stable.insert(.copy(number), content.hash(node: node), copies, chains)
      if keepsTree { tree.insert(.copy(number), content, node) }
      return number
    }
    if copies[old].chain == SharedCopy.none { makeChain(of: old) }
    push(number, on: Int(copies[old].chain))
    return number
  }

  /// The copy that the kernel's walk comes to, if there is any: the best of a chain, with room or not.
  private mutating func walkStable(
    _ content: PageContent, _ node: UInt8, prunes: Bool
  ) -> Int? {
    if keepsTree, staleCopies > 0 || untidyChains > 0 {
      return walkTree(content, node, prunes: prunes)
    }
    guard let place = place(of: content, node), let entry = stable.entry(place) else { return nil }
    return pass(entry, prunes: prunes)
  }

  /// Goes down the tree, and tidies up what it comes past, as the kernel does.
  private mutating func walkTree(_ content: PageContent, _ numa: UInt8, prunes: Bool) -> Int? {
    var node = tree.root(numa)
    while node != 0 {
      guard let copy = pass(tree.entry(node), prunes: prunes) else {
        // What was there is gone, and the tree may have turned: from the start.
        node = tree.root(numa)
        continue
      }
      guard let next = tree.next(node, toward: content) else { return copy }
      node = next
    }
    return nil
  }

  /// Comes past an entry: the copy that stands for it, unless all its copies are gone.
  private mutating func pass(_ entry: ContentTable.Entry, prunes: Bool) -> Int? {
    switch entry {
    case .copy(let number):
      guard copies[number].isStale else { return number }
      removeStale(number)
      return nil
    case .chain(let chain): return walkChain(chain, prunes: prunes)
    }
  }

  private mutating func walkChain(_ chain: Int, prunes: Bool) -> Int? {
    let limit = rules.limit
    let isWhole = prunes && now - chains[chain].pruned >= rules.pruneMilliseconds
    if isWhole { chains[chain].pruned = now }
    var best: Int?
    var next = chains[chain].head
    while next != SharedCopy.none {
      let copy = Int(next)
      next = copies[copy].next
      if copies[copy].isStale {
        removeStale(copy)
        continue
      }
      let hasRoom = copies[copy].hasRoom(limit)
      if let known = best {
        guard hasRoom,
          !copies[known].hasRoom(limit) || copies[copy].length > copies[known].length
        else { continue }
      }
      best = copy
      if !isWhole, hasRoom { break }
    }
    guard let best else {
      dissolve(chain)
      return nil
    }
    let isAlone = chains[chain].count == 1
    if isAlone,
      rules.dissolvesChainsAlways || isWhole && copies[best].hasRoom(limit)
    {
      unlink(best)
      chainCount -= 1
      let place = place(of: copies[best].content, copies[best].node)
      if let place { stable.replace(place, by: .copy(best)) }
      if keepsTree { tree.replace(.chain(chain), by: .copy(best)) }
      release(chain)
    } else if chains[chain].head != UInt32(best), copies[best].hasRoom(limit, beyond: 1) {
      unlink(best)
      push(best, on: chain)
    }
    return best
  }

  /// Puts a copy that is alone on a chain of its own.
  private mutating func makeChain(of copy: Int) {
    let content = copies[copy].content
    let fresh = CopyChain(content: content, node: copies[copy].node, pruned: now)
    let chain: Int
    if let free = freeChains.popLast() {
      chain = Int(free)
      chains[chain] = fresh
    } else {
      chain = chains.count
      chains.append(fresh)
    }
    chainCount += 1
    if let place = place(of: content, copies[copy].node) {
      stable.replace(place, by: .chain(chain))
    }
    if keepsTree { tree.replace(.copy(copy), by: .chain(chain)) }
    push(copy, on: chain)
  }

  private mutating func push(_ copy: Int, on chain: Int) {
    let head = chains[chain].head
    copies[copy].chain = UInt32(chain)
    copies[copy].previous = SharedCopy.none
    copies[copy].next = head
    if head != SharedCopy.none { copies[Int(head)].previous = UInt32(copy) }
    chains[chain].head = UInt32(copy)
    chains[chain].count += 1
    if copies[copy].hasRoom(rules.limit) { chains[chain].roomy += 1 }
    chainedCopies += 1
    note(chain)
  }

  private mutating func unlink(_ copy: Int) {
    let chain = Int(copies[copy].chain)
    let (previous, next) = (copies[copy].previous, copies[copy].next)
    if previous == SharedCopy.none {
      chains[chain].head = next
    } else {
      copies[Int(previous)].next = next
    }
    if next != SharedCopy.none { copies[Int(next)].previous = previous }
    copies[copy].chain = SharedCopy.none
    copies[copy].next = SharedCopy.none
    copies[copy].previous = SharedCopy.none
    chains[chain].count -= 1
    if copies[copy].hasRoom(rules.limit) { chains[chain].roomy -= 1 }
    chainedCopies -= 1
    note(chain)
  }

  /// Removes a chain that has lost its last copy.
  private mutating func dissolve(_ chain: Int) {
    if let place = place(of: chains[chain].content, chains[chain].node) { stable.remove(place) }
    if keepsTree { tree.remove(.chain(chain)) }
    chainCount -= 1
    release(chain)
  }

  /// Lets the number of a chain be used again.
  private mutating func release(_ chain: Int) {
    if chains[chain].isUntidy { untidyChains -= 1 }
    freeChains.append(UInt32(chain))
  }

  /// Finds out whether a search that comes past a chain would change it: dissolve it, or put another
  /// copy first.
  ///
  /// Where chains are looked through whole at intervals, coming past may also put a fuller copy first;
  /// that decides only which of several copies the next page joins, and is left to searches for the
  /// chain's own content.
  private mutating func note(_ chain: Int) {
    let state = chains[chain]
    let isUntidy =
      state.count <= 1
      || state.roomy > 0 && !copies[Int(state.head)].hasRoom(rules.limit)
      || state.roomy > 1 && rules.pruneMilliseconds == 0
    guard isUntidy != state.isUntidy else { return }
    chains[chain].isUntidy = isUntidy
    untidyChains += isUntidy ? 1 : -1
  }

  /// Sets how many pages are on a copy's list.
  mutating func setLength(_ length: UInt32, of copy: Int) {
    let limit = rules.limit
    let hadRoom = copies[copy].hasRoom(limit)
    copies[copy].length = length
    guard copies[copy].chain != SharedCopy.none else { return }
    let chain = Int(copies[copy].chain)
    let hasRoom = copies[copy].hasRoom(limit)
    guard hasRoom != hadRoom else { return }
    chains[chain].roomy += hasRoom ? 1 : -1
    note(chain)
  }

  mutating func dissolveAllChains() {
    for slot in 0..<stable.capacity {
      if case .chain(let chain) = stable.entry(slot), chains[chain].count == 0 { dissolve(chain) }
    }
  }

  /// Takes a copy whose frame is gone out of the stable set; its pages learn of it at their visits.
  mutating func removeStale(_ number: Int) {
    shared -= 1
    sharing -= Int(copies[number].length) - 1
    staleCopies -= 1
    if copies[number].chain != SharedCopy.none {
      unlink(number)
    } else if let place = place(of: copies[number].content, copies[number].node) {
      stable.remove(place)
      if keepsTree { tree.remove(.copy(number)) }
    }
    copies[number].isRemoved = true
  }

  // MARK: The table of the stable set

  /// Where the table has a content.
  ///
  /// It changes nothing; but for a call that may not, the compiler copies the whole merger.
  private mutating func place(of content: PageContent, _ node: UInt8) -> Int? {
    let hash = content.hash(node: node)
    var slot = stable.slot(hash)
    while let found = stable.candidate(slot, hash) {
      switch stable.entry(found) {
      case .copy(let number)
      where copies[number].content == content && copies[number].node == node:
        return found
      case .chain(let number)
      where chains[number].content == content && chains[number].node == node:
        return found
      default: slot = stable.after(found)
      }
    }
    return nil
  }
}

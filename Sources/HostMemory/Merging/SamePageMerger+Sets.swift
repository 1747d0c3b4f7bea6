/// The stable set and the unstable one.
extension SamePageMerger {
  // MARK: The unstable set

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

  // MARK: The stable set

  /// A copy of the content with room for one more mapping.
  mutating func searchStable(_ content: PageContent, _ node: UInt8) -> Int? {
    guard let found = walkStable(content, node, prunes: true) else { return nil }
    return copies[found].hasRoom(settings.maxPageSharing) ? found : nil
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
    guard let place = place(of: content, node), let entry = stable.entry(place) else { return nil }
    switch entry {
    case .copy(let number):
      if copies[number].isStale {
        removeStale(number)
        return nil
      }
      return number
    case .chain(let chain): return walkChain(chain, prunes: prunes)
    }
  }

  private mutating func walkChain(_ chain: Int, prunes: Bool) -> Int? {
    let limit = settings.maxPageSharing
    let isWhole = prunes && now - chains[chain].pruned >= settings.chainsPruneMilliseconds
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
      settings.kernel.dissolvesChainsAlways || isWhole && copies[best].hasRoom(limit)
    {
      unlink(best)
      chainCount -= 1
      let place = place(of: copies[best].content, copies[best].node)
      if let place { stable.replace(place, by: .copy(best)) }
      freeChains.append(UInt32(chain))
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
    chainedCopies += 1
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
    chainedCopies -= 1
  }

  /// Removes a chain that has lost its last copy.
  private mutating func dissolve(_ chain: Int) {
    if let place = place(of: chains[chain].content, chains[chain].node) { stable.remove(place) }
    chainCount -= 1
    freeChains.append(UInt32(chain))
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
    if copies[number].chain != SharedCopy.none {
      unlink(number)
    } else if let place = place(of: copies[number].content, copies[number].node) {
      stable.remove(place)
    }
    copies[number].isRemoved = true
  }

  // MARK: The table of the stable set

  private func place(of content: PageContent, _ node: UInt8) -> Int? {
    var slot = stable.slot(content.hash(node: node))
    while stable.isUsed(slot) {
      switch stable.entry(slot) {
      case .copy(let number)
      where copies[number].content == content && copies[number].node == node:
        return slot
      case .chain(let number)
      where chains[number].content == content && chains[number].node == node:
        return slot
      default: slot = stable.after(slot)
      }
    }
    return nil
  }
}

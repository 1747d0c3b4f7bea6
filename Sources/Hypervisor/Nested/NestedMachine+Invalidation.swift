import Costs
import Paging

extension NestedMachine {
  /// L2's kernel invalidates a page of its program's (INVLPG).
  ///
  /// Under EPT the processor does it alone. Whoever shadows L2's tables has to hear of it.
  mutating func invalidate(_ address: GuestVirtual) throws(NestedError) {
    guard scheme != .extended else {
      play(.kernel, .invalidate(.guest2))
      return
    }
    leaveToInner(.kernel, .invalidate(.guest2))
    if options.following.letsTablesRunAhead {
      // The shadow may map the page in smaller pieces.
      try forget(
        address.value & ~(layout.guestPageBytes - 1), bytes: layout.guestPageBytes)
    }
    enterGuest(.kernel, .forget(.shadow12))
  }

  /// L1 takes a page from L2: nothing of its own tables maps it any more, and no cache does.
  mutating func takeFromGuest(_ page: GuestPhysical) throws(NestedError) {
    guard scheme == .extended else {
      for (address, bytes) in shadows(of: page.value) { try forget(address, bytes: bytes) }
      invalidateShadow()
      return
    }
    try changeInExtended(page) { _ in 0 }
  }

  /// The addresses at which L1 shadows a page of L2's or a part of it, and the bytes there.
  private func shadows(of page: UInt64) -> [(address: UInt64, bytes: UInt64)] {
    let bytes = min(layout.pageBytes, layout.guestPageBytes)
    return stride(from: page, to: page + layout.pageBytes, by: Int(bytes)).flatMap { part in
      derivedPages(of: part).map { ($0, bytes) }
    }
  }

  /// L1 takes the right to write a page from L2.
  mutating func protectFromGuest(_ page: GuestPhysical) throws(NestedError) {
    innerProtected.insert(page.value)
    guard scheme == .extended else {
      for (address, bytes) in shadows(of: page.value) {
        guard
          var rights = shadow12.page(at: GuestVirtual(address), in: memory)?.attributes
            .permissions
        else { continue }
        rights.remove(.write)
        do {
          try shadow12.protect(
            GuestVirtual(address), bytes: bytes, rights, in: &memory)
        } catch {
          throw .tables(error)
        }
        count(.changeEntry)
      }
      invalidateShadow()
      return
    }
    try changeInExtended(page) { $0 & ~NestedEntry.write }
  }

  /// L1 stores another word in the entry of EPT12 that maps a page, if one does, and invalidates it.
  private mutating func changeInExtended(
    _ page: GuestPhysical, _ change: (UInt64) -> UInt64
  ) throws(NestedError) {
    let found = walk(.extended12, page.value)
    guard found.page != nil, let (table, role) = found.tables.last else { return }
    let place = NestedEntry.place(in: table, of: page.value, level: role.level)
    let word = change(read(place, of: .extended12))
    try storeInExtended(PlannedStore(place: place, level: role.level, word: word))
    try invalidateExtended()
  }

  /// L1 invalidates what its shadow mapped (INVVPID), which only L0 can do for it.
  private mutating func invalidateShadow() {
    guard !scheme.isSoftware else {
      // L2's addresses are L1's own to the hardware, which L1 may invalidate itself.
      play(.inner, .invalidate(.shadow12))
      return
    }
    play(.inner, .invalidate(.shadow12), to: .outer)
    play(.outer, .forget(.shadow12), to: .inner)
  }

  /// L1 invalidates what was derived from EPT12 (INVEPT, single context), which only L0 can do.
  private mutating func invalidateExtended() throws(NestedError) {
    play(.inner, .invalidate(.extended12), to: .outer)
    switch options.following {
    case .everyTable, .derivedTables: break
    case .upperTables: try forgetWhatChanged()
    case .invalidations: try forget(0, bytes: 1 << NestedEntry.shift(layout.levels))
    }
    play(.outer, .forget(.extended02), to: .inner)
  }

  /// L0 looks at each page that it merged, and forgets those that EPT12 has otherwise by now.
  private mutating func forgetWhatChanged() throws(NestedError) {
    for page in derived.keys.sorted() {
      for address in derivedPages(of: page) {
        let there = walk(.extended12, address).page
        let target = there.map { $0.address + address & ($0.bytes - 1) }
        let isWritable = extended02.page(at: GuestPhysical(address), in: memory)?.attributes
          .permissions.contains(.write)
        if target == page, isWritable != true || there?.isWritable == true { continue }
        try forget(address, bytes: address < NestedLayout.kernelBytes ? 4096 : layout.pageBytes)
      }
    }
  }

  /// L0 moves a page of L1's: EPT01 and all that was merged from it lose it until the next access.
  mutating func moveFrame(of page: UInt64) throws(NestedError) {
    guard let old = outerAddress(of: page) else { return }
    guard let new = outerPages.take() else { throw .outOfPages }
    if scheme == .extended {
      for address in derivedPages(of: page) { try forget(address, bytes: layout.pageBytes) }
    }
    do {
      try extended01.unmap(GuestPhysical(page), bytes: layout.pageBytes, in: &memory)
    } catch {
      throw .tables(error)
    }
    count(.changeEntry)
    play(.outer, .forget(.extended01))
    copyWords(old, to: new)
    outerBacking[page] = new
    outerPages.give(old)
  }

  /// L1 copies one of its pages of data to another.
  mutating func copy(_ old: UInt64, to new: UInt64) {
    count(.copyByte, layout.pageBytes)
    copyWords(frame(of: old), to: frame(of: new))
  }

  /// L1 clears one of its pages of data.
  mutating func clear(_ page: UInt64) {
    let frame = frame(of: page)
    for offset in stride(from: 0, to: layout.pageBytes, by: 8) {
      memory.store(0, at: HostPhysical(frame + offset))
    }
  }

  /// Where L0 keeps a page of L1's, whether EPT01 maps it or has yet to do so again.
  private func frame(of page: UInt64) -> UInt64 {
    guard let frame = outerAddress(of: page) ?? outerBacking[page] else {
      preconditionFailure("a page of L1's is backed, or was moved")
    }
    return frame
  }

  private mutating func copyWords(_ old: UInt64, to new: UInt64) {
    for offset in stride(from: 0, to: layout.pageBytes, by: 8) {
      memory.store(memory.word(at: HostPhysical(old + offset)) ?? 0, at: HostPhysical(new + offset))
    }
  }
}

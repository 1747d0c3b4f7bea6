// Micro-architecture: this file can be skipped at first reading.

extension CacheState {
  /// Carries a flush out, and says how many entries it has dropped.
  mutating func apply(_ flush: CacheFlush) -> Int {
    var dropped = 0
    if let pages = flush.pages {
      // Instructions and data may share what they look at: the second time, nothing is left.
      for bank in [instruction, data, secondInstruction, second] {
        dropped += drop(pages, from: bank)
      }
    }
    if let tables = flush.guestTables {
      for level in 0..<guestTables.count where guestTables[level].array.ways > 0 {
        dropped += drop(tables, from: guestTables[level].array)
      }
    }
    if let pages = flush.nested { dropped += drop(pages, from: nested) }
    if let tables = flush.hostTables {
      for level in 0..<hostTables.count where hostTables[level].array.ways > 0 {
        dropped += drop(tables, from: hostTables[level].array)
      }
    }
    return dropped
  }

  private func drop(_ pages: CacheFlush.Virtual, from bank: Run<TLBProbe>) -> Int {
    let list = contexts.value.list
    var dropped = 0
    for number in 0..<bank.count where bank[number].isFilled {
      let array = bank[number].array
      guard let key = pages.key else {
        dropped += array.drop { tag, _ in pages.contexts.contain(list[CacheTag.contextNumber(tag)])
        }
        if array.used == 0 {
          bank[number].isFilled = false
          bank[number].hasPieces = false
        }
        continue
      }
      // An entry may be a piece of a larger page of the guest's, all of which is meant (SDM 4.10.4.1).
      let meets = { (tag: UInt64, value: UInt64) in
        let shift = max(CacheTag.shift(tag), value & 63)
        return (CacheTag.address(tag) ^ key) >> shift == 0
          && pages.contexts.contain(list[CacheTag.contextNumber(tag)])
      }
      dropped +=
        bank[number].hasPieces
        ? array.drop(where: meets)
        : array.drop(inSetOf: key >> bank[number].shift, where: meets)
    }
    return dropped
  }

  private func drop(_ tables: CacheFlush.Virtual, from array: CacheArray) -> Int {
    let list = contexts.value.list
    return array.drop { tag, _ in
      guard tables.contexts.contain(list[CacheTag.contextNumber(tag)]) else { return false }
      guard let key = tables.key else { return true }
      return (CacheTag.address(tag) ^ key) >> CacheTag.shift(tag) == 0
    }
  }

  private func drop(_ pages: CacheFlush.Physical, from bank: Run<TLBProbe>) -> Int {
    let list = contexts.value.list
    var dropped = 0
    for number in 0..<bank.count where bank[number].isFilled {
      dropped += bank[number].array.drop { tag, value in
        if let host = pages.host, list[CacheTag.contextNumber(tag)].host != host { return false }
        guard let address = pages.address else { return true }
        return (CacheTag.address(tag) ^ address) >> max(CacheTag.shift(tag), value >> 6 & 63) == 0
      }
    }
    return dropped
  }

  private func drop(_ tables: CacheFlush.Physical, from array: CacheArray) -> Int {
    let list = contexts.value.list
    return array.drop { tag, _ in
      if let host = tables.host, list[CacheTag.contextNumber(tag)].host != host { return false }
      guard let address = tables.address else { return true }
      return (CacheTag.address(tag) ^ address) >> CacheTag.shift(tag) == 0
    }
  }
}

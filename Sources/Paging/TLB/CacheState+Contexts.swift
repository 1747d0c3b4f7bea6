// Micro-architecture: this file can be skipped at first reading.

extension CacheState {
  /// Goes over to the entries and rights that a processor's registers name.
  @inline(never)
  mutating func enter(_ new: TranslationTags) {
    let isNewRight = new.rights != tags.rights || rightsNow == 0
    tags = new
    if contexts.value.list.count + 3 > CacheTag.contexts {
      // No tag is left. Real tags are fewer, and whoever gives them out has had to empty the caches
      // long before.
      dropEverything()
      contexts.value.list.removeLast(contexts.value.list.count - 1)
      contexts.value.numbers.removeAll()
    }
    let space: CacheContext.Space = new.hasGuest ? .one(new.space) : .untranslated
    context = contexts.value.number(of: CacheContext(vm: new.vm, space: space, host: new.host))
    globalContext =
      new.hasGuest
      ? contexts.value.number(of: CacheContext(vm: new.vm, space: .global, host: new.host))
      : context
    hostContext = contexts.value.number(
      of: CacheContext(vm: 0, space: .physical, host: new.host))
    if isNewRight { rightsNow = number(of: new.rights) << Self.rightsShift }
  }

  private func number(of rights: TranslationTags.Rights) -> UInt64 {
    if let number = contexts.value.rights[rights] { return number }
    if contexts.value.rights.count == 0xffff {
      contexts.value.rights.removeAll()
      forgetRights()
    }
    let number = UInt64(contexts.value.rights.count) + 1
    contexts.value.rights[rights] = number
    return number
  }

  /// Makes every entry's rights be looked at anew.
  private func forgetRights() {
    for bank in [instruction, data, secondInstruction, second, nested] {
      for number in 0..<bank.count {
        bank[number].array.forgetRights(keeping: 0xff << Self.readsShift)
      }
    }
  }

  /// Empties every cache, and says how many entries there were.
  @discardableResult
  func dropEverything() -> Int {
    var dropped = 0
    for bank in [instruction, data, secondInstruction, second, nested] {
      for number in 0..<bank.count {
        dropped += bank[number].array.drop { _, _ in true }
        bank[number].isFilled = false
      }
    }
    for bank in [guestTables, hostTables] {
      // Levels that share a cache find it empty the second time.
      for level in 0..<bank.count { dropped += bank[level].array.drop { _, _ in true } }
    }
    return dropped
  }
}

/// A table format whose pages can be split and collapsed.
protocol LiveFormat: EditableFormat {
  /// The entry of a page of one level as one of another, with its address as it is.
  ///
  /// The address has no bits in which the two levels differ.
  static func moved(_ entry: UInt64, from: Int, to: Int) -> UInt64

  /// The entry without the mark that makes it one of a group.
  static func ungrouped(_ entry: UInt64) -> UInt64

  /// The entry with the flags set that are asked for.
  static func flagged(_ entry: UInt64, isAccessed: Bool, isDirty: Bool) -> UInt64

  /// Why an entry that is present may not be written over another one.
  static func breakRule(_ old: UInt64, _ new: UInt64, level: Int) -> BreakBeforeMake?
}

extension LiveFormat {
  static func breakRule(_ old: UInt64, _ new: UInt64, level: Int) -> BreakBeforeMake? { nil }

  /// The entry of a page without the address that it holds.
  static func withoutAddress(_ entry: UInt64, level: Int) -> UInt64 {
    entry & ~addressField(~0 << shift(level))
  }

  /// The address that a page's entry maps its first byte to, alone or as one of a group.
  static func target(
    of entry: UInt64, level: Int, index: Int, groupBits: Int
  ) -> UInt64 {
    let bytes: UInt64 = 1 << shift(level)
    guard isGrouped(entry, level: level), groupSharesAddress else {
      return address(entry) & ~(bytes - 1)
    }
    let own = UInt64(index & (1 << groupBits - 1)) * bytes
    return address(entry) & ~(bytes << UInt64(groupBits) - 1) | own
  }
}

extension EPTFormat: LiveFormat {
  static func moved(_ entry: UInt64, from: Int, to: Int) -> UInt64 {
    to > 0 ? entry | EPTEntry.pageSize.mask : entry & ~EPTEntry.pageSize.mask
  }

  static func ungrouped(_ entry: UInt64) -> UInt64 { entry }

  static func flagged(_ entry: UInt64, isAccessed: Bool, isDirty: Bool) -> UInt64 {
    entry | (isAccessed ? EPTEntry.accessed.mask : 0) | (isDirty ? EPTEntry.dirty.mask : 0)
  }
}

extension X86Format: LiveFormat {
  private typealias Entry = X86Entry

  /// PAT is bit 7 of the smallest page's entry, where a larger one has PS, and bit 12 of a larger one's
  /// (SDM 4.9.2).
  static func moved(_ entry: UInt64, from: Int, to: Int) -> UInt64 {
    let hasPattern =
      from == 0 ? Entry.pattern.isSet(in: entry) : Entry.patternLarge.isSet(in: entry)
    var moved = entry
    if from > 0 { moved &= ~(Entry.patternLarge.mask | Entry.pageSize.mask) }
    if from == 0 { moved &= ~Entry.pattern.mask }
    if to > 0 { moved |= Entry.pageSize.mask }
    if hasPattern { moved |= to > 0 ? Entry.patternLarge.mask : Entry.pattern.mask }
    return moved
  }

  static func ungrouped(_ entry: UInt64) -> UInt64 { entry }

  static func flagged(_ entry: UInt64, isAccessed: Bool, isDirty: Bool) -> UInt64 {
    entry | (isAccessed ? Entry.accessed.mask : 0) | (isDirty ? Entry.dirty.mask : 0)
  }
}

extension RISCVFormat: LiveFormat {
  static func moved(_ entry: UInt64, from: Int, to: Int) -> UInt64 { entry }

  /// Without N; what PPN says of the range's size goes with the address.
  static func ungrouped(_ entry: UInt64) -> UInt64 { entry & ~RISCVEntry.napot.mask }

  static func flagged(_ entry: UInt64, isAccessed: Bool, isDirty: Bool) -> UInt64 {
    entry | (isAccessed ? RISCVEntry.accessed.mask : 0) | (isDirty ? RISCVEntry.dirty.mask : 0)
  }
}

extension ArmStage1Format: LiveFormat {
  private typealias Entry = ArmStage1Entry

  static func moved(_ entry: UInt64, from: Int, to: Int) -> UInt64 {
    to == 0 ? entry | Entry.table.mask : entry & ~Entry.table.mask
  }

  static func ungrouped(_ entry: UInt64) -> UInt64 { entry & ~Entry.contiguous.mask }

  static func flagged(_ entry: UInt64, isAccessed: Bool, isDirty: Bool) -> UInt64 {
    let entry = isDirty ? entry & ~Entry.readOnly.mask : entry
    return isAccessed ? entry | Entry.accessFlag.mask : entry
  }

  static func breakRule(_ old: UInt64, _ new: UInt64, level: Int) -> BreakBeforeMake? {
    guard isPresent(old), isPresent(new), old != new else { return nil }
    let changed = old ^ new
    if isTable(old, level: level) || isTable(new, level: level) {
      let isSame = changed & (Entry.table.mask | Self.address(~0)) == 0
      return isSame ? nil : .blockSize
    }
    if changed & Entry.contiguous.mask != 0 { return .contiguous }
    if changed & addressField(~0) != 0 { return .outputAddress }
    if changed & Entry.attributeIndex.mask != 0 { return .memoryType }
    if changed & Entry.notGlobal.mask != 0, !Entry.notGlobal.isSet(in: new) { return .global }
    return nil
  }
}

extension ArmStage2Format: LiveFormat {
  private typealias Entry = ArmStage2Entry

  static func moved(_ entry: UInt64, from: Int, to: Int) -> UInt64 {
    to == 0 ? entry | Entry.table.mask : entry & ~Entry.table.mask
  }

  static func ungrouped(_ entry: UInt64) -> UInt64 { entry & ~Entry.contiguous.mask }

  static func flagged(_ entry: UInt64, isAccessed: Bool, isDirty: Bool) -> UInt64 {
    let entry = isDirty ? entry | Entry.write.mask : entry
    return isAccessed ? entry | Entry.accessFlag.mask : entry
  }

  static func breakRule(_ old: UInt64, _ new: UInt64, level: Int) -> BreakBeforeMake? {
    guard isPresent(old), isPresent(new), old != new else { return nil }
    let changed = old ^ new
    if isTable(old, level: level) || isTable(new, level: level) {
      let isSame = changed & (Entry.table.mask | Self.address(~0)) == 0
      return isSame ? nil : .blockSize
    }
    if changed & Entry.contiguous.mask != 0 { return .contiguous }
    if changed & addressField(~0) != 0 { return .outputAddress }
    if changed & Entry.memoryAttributes.mask != 0 { return .memoryType }
    return nil
  }
}

/// A change that each page's entry of a range takes for itself.
protocol EntryChange {
  /// The entry after the change.
  func applied<Format: EditableFormat>(to entry: UInt64, _: Format.Type) -> UInt64
}

/// Clears accessed flags.
struct Ageing: EntryChange {
  @inline(__always)
  func applied<Format: EditableFormat>(to entry: UInt64, _: Format.Type) -> UInt64 {
    Format.aged(entry)
  }
}

/// Clears dirty flags.
struct Cleaning: EntryChange {
  @inline(__always)
  func applied<Format: EditableFormat>(to entry: UInt64, _: Format.Type) -> UInt64 {
    Format.cleaned(entry)
  }
}

/// Takes the right to write away, and nothing else.
struct WriteProtection: EntryChange {
  @inline(__always)
  func applied<Format: EditableFormat>(to entry: UInt64, _: Format.Type) -> UInt64 {
    Format.writeProtected(entry)
  }
}

/// Takes all rights away, in a way that they can be given back.
struct Revocation: EntryChange {
  @inline(__always)
  func applied<Format: EditableFormat>(to entry: UInt64, _: Format.Type) -> UInt64 {
    Format.revoked(entry)
  }
}

/// Gives pages other permissions.
///
/// A page stays dirty or clean, except that one which gains the right to write becomes dirty: the
/// write that it is given for must not fail for want of hardware that sets the flag.
struct PermissionChange: EntryChange {
  private let kept: UInt64
  private let dirty: UInt64
  private let clean: UInt64
  private let givesWrite: Bool

  init<Format: EditableFormat>(
    _: Format.Type, _ attributes: PageAttributes
  ) throws(TableError) {
    do {
      var attributes = attributes
      attributes.isDirty = true
      let dirty = try Format.pageEntry(attributes, level: 0)
      attributes.isDirty = false
      let clean = try Format.pageEntry(attributes, level: 0)
      // Where the flag is no bit of the permissions, the two words differ in it.
      let changed = Format.permissionMask | (dirty ^ clean)
      kept = ~changed
      self.dirty = dirty & changed
      self.clean = clean & changed
      givesWrite = attributes.write
    } catch {
      throw .attributes(error)
    }
  }

  @inline(__always)
  func applied<Format: EditableFormat>(to entry: UInt64, _: Format.Type) -> UInt64 {
    let isDirty = Format.isDirty(entry) || givesWrite && !Format.isWritable(entry)
    return entry & kept | (isDirty ? dirty : clean)
  }
}

extension StageTables {
  /// Changes the entries of all pages that a range meets, and counts those that became different.
  func rewrite<Format: EditableFormat, Change: EntryChange>(
    _: Format.Type, _ change: Change, _ table: UInt64, level: Int, _ from: UInt64, _ to: UInt64,
    _ memory: MemoryHandle, _ summary: inout EditSummary
  ) throws(TableError) {
    var at = from
    while at < to {
      let slots = try root.slots(Format.self, of: table, level: level, from: at, to: to, memory)
      for number in 0..<slots.run.count {
        let entry = slots.run[number]
        guard Format.isPresent(entry) else { continue }
        if Format.isTable(entry, level: level) {
          let part = slots.part(number, from: at, to: to)
          try rewrite(
            Format.self, change, Format.address(entry), level: level &- 1, part.from, part.to,
            memory, &summary)
        } else {
          let after = change.applied(to: entry, Format.self)
          if after != entry {
            slots.run[number] = after
            summary.pages += 1
          }
        }
      }
      at = slots.end
    }
  }
}

extension HostTables {
  /// What is done to pages that are marked.
  package enum MarkedChange: Sendable {
    /// They lose the right to write.
    case writeProtect
    /// They lose their dirty flags.
    case clean
  }

  /// Changes the pages of 4 KiB whose bits are set, counted from an address, tells each run of them in which
  /// one became different, and counts those.
  ///
  /// A larger page is changed where any of its parts is marked.
  package mutating func change(
    _ change: MarkedChange, marked words: ArraySlice<UInt64>, from address: GuestPhysical,
    in memory: inout PhysicalMemory, _ changedRun: (Range<UInt64>) -> Void
  ) -> Int {
    switch root.format.encoding {
    case .ept: rewrite(EPTFormat.self, change, words, address, memory.handle, changedRun)
    case .x86: rewrite(X86Format.self, change, words, address, memory.handle, changedRun)
    case .riscv: rewrite(RISCVFormat.self, change, words, address, memory.handle, changedRun)
    case .armStage2Granule4K:
      rewrite(
        ArmStage2Format<ArmGranule4K>.self, change, words, address, memory.handle, changedRun)
    default: preconditionFailure("\(root.format) has no pages of 4 KiB")
    }
  }

  private func rewrite<Format: EditableFormat>(
    _: Format.Type, _ change: MarkedChange, _ words: ArraySlice<UInt64>, _ address: GuestPhysical,
    _ memory: MemoryHandle, _ changedRun: (Range<UInt64>) -> Void
  ) -> Int {
    switch change {
    case .writeProtect:
      stage.rewriteMarked(
        Format.self, WriteProtection(), words, from: address.value, memory, changedRun)
    case .clean:
      stage.rewriteMarked(Format.self, Cleaning(), words, from: address.value, memory, changedRun)
    }
  }

  /// Gives the page of an address other rights where no cache has to be told: x86 finds rights that were
  /// added at the next fault (SDM 4.10.4.1, 29.4.3.1).
  package mutating func permit(
    _ address: GuestPhysical, _ permissions: HostPermissions, in memory: inout PhysicalMemory
  ) -> Bool {
    let attributes = HostAttributes(permissions).page
    switch root.format.encoding {
    case .ept: return stage.permit(EPTFormat.self, address.value, attributes, memory.handle)
    case .x86: return stage.permit(X86Format.self, address.value, attributes, memory.handle)
    default: return false
    }
  }

  /// The first page that a range of narrow addresses maps: its size and what its entry says.
  package func firstPage(
    from start: GuestPhysical, bytes: UInt64, in memory: borrowing PhysicalMemory
  ) -> (bytes: UInt64, attributes: HostAttributes)? {
    let range = start.value..<start.value &+ bytes
    switch root.format.encoding {
    case .ept: return first(EPTFormat.self, range, memory.handle)
    case .x86: return first(X86Format.self, range, memory.handle)
    case .riscv: return first(RISCVFormat.self, range, memory.handle)
    case .armStage2Granule4K:
      return first(ArmStage2Format<ArmGranule4K>.self, range, memory.handle)
    default: preconditionFailure("\(root.format) has no pages of 4 KiB")
    }
  }

  private func first<Format: EditableFormat>(
    _: Format.Type, _ range: Range<UInt64>, _ memory: MemoryHandle
  ) -> (bytes: UInt64, attributes: HostAttributes)? {
    guard
      let found = stage.firstPage(
        Format.self, stage.root.address, level: root.shape.levels - 1, range.lowerBound,
        range.upperBound, memory)
    else { return nil }
    return (
      1 << Format.shift(found.level),
      HostAttributes(Format.attributes(of: found.entry, level: found.level))
    )
  }

  /// Puts a page of 2 MiB where a table maps 512 small pages, and says whether there was such a table.
  package mutating func replaceFullTable(
    at address: GuestPhysical, by template: PageTemplate, to target: HostPhysical,
    in memory: inout PhysicalMemory
  ) -> Bool {
    let level = template.level
    switch root.format.encoding {
    case .ept:
      return stage.replaceFullTable(
        EPTFormat.self, address.value, level: level,
        by: template.entry | EPTFormat.addressField(target.value), memory.handle)
    case .x86:
      return stage.replaceFullTable(
        X86Format.self, address.value, level: level,
        by: template.entry | X86Format.addressField(target.value), memory.handle)
    case .riscv:
      return stage.replaceFullTable(
        RISCVFormat.self, address.value, level: level,
        by: template.entry | RISCVFormat.addressField(target.value), memory.handle)
    case .armStage2Granule4K:
      let page =
        template.entry | ArmStage2Format<ArmGranule4K>.addressField(target.value)
      return stage.replaceFullTable(
        ArmStage2Format<ArmGranule4K>.self, address.value, level: level, by: page, memory.handle)
    default: return false
    }
  }
}

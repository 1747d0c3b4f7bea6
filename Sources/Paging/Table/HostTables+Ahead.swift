extension HostTables {
  /// Reads the lowest tables' entries for addresses that will be walked to one after the other, and says how
  /// many of them have a page there.
  ///
  /// In large tables a walk waits for the memory of the system that the model runs on, and what follows waits
  /// for the walk. Here no read waits for the one before, so that all of them are on their way together.
  package func readAhead(
    _ addresses: [GuestPhysical], in memory: borrowing PhysicalMemory
  ) -> Int {
    switch root.format.encoding {
    case .ept: stage.readAhead(EPTFormat.self, addresses, memory.handle)
    case .x86: stage.readAhead(X86Format.self, addresses, memory.handle)
    case .riscv: stage.readAhead(RISCVFormat.self, addresses, memory.handle)
    case .armStage2Granule4K:
      stage.readAhead(ArmStage2Format<ArmGranule4K>.self, addresses, memory.handle)
    default: 0
    }
  }
}

extension StageTables {
  fileprivate func readAhead<Format: EditableFormat>(
    _: Format.Type, _ addresses: [GuestPhysical], _ memory: MemoryHandle
  ) -> Int {
    guard root.placement.distance == 0, root.shape.levels > 1 else { return 0 }
    var present = 0
    for address in addresses {
      // Of an address that is too wide there would be no entry in the root.
      guard let narrow = root.narrowed(address.value),
        let table = PlainPath<Format>.table(
          ofLevel: 0, for: narrow, root.address, levels: root.shape.levels, memory.tables)
      else { continue }
      let number = (narrow &>> Format.shift(0)) & ((1 &<< Format.indexBits) &- 1)
      if let entry = memory.read(table, number &* 8), Format.isPresent(entry) { present &+= 1 }
    }
    return present
  }
}

/// The entries that a look-up of an address goes through, from the root down to the last one there is.
public struct TablePath: Sendable {
  /// How many entries there are.
  public private(set) var count = 0
  private var places = InlineArray<5, UInt64>(repeating: 0)
  /// Whether the last entry is one for a page.
  public internal(set) var endsInPage = false

  /// Where an entry lies, in the space that the tables lie in.
  public subscript(number: Int) -> UInt64 {
    precondition(number >= 0 && number < count, "the path has no entry \(number)")
    return places[number]
  }

  mutating func append(_ place: UInt64) {
    places[count] = place
    count += 1
  }
}

extension StageRoot {
  /// The entries that a look-up of an address goes through.
  func path<Format: EditableFormat>(
    to address: UInt64, _: Format.Type, _ memory: MemoryHandle
  ) -> TablePath {
    var path = TablePath()
    var table = self.address
    for level in (0..<shape.levels).reversed() {
      let mask = level == shape.levels &- 1 ? ~0 : (1 &<< Format.indexBits) &- 1
      path.append(table &+ ((address &>> Format.shift(level)) & mask) &* 8)
      guard
        let slots = try? slots(
          Format.self, of: table, level: level, from: address, to: address &+ 1, memory)
      else { return path }
      let entry = slots.run[0]
      guard Format.isPresent(entry) else { return path }
      guard Format.isTable(entry, level: level) else {
        path.endsInPage = true
        return path
      }
      table = Format.address(entry)
    }
    return path
  }
}

extension GuestRoot {
  /// The guest-physical addresses of the entries that a look-up of an address goes through: what a
  /// guest's kernel reads, and writes, when it maps the address.
  public func path(
    to address: GuestVirtual, in memory: borrowing PhysicalMemory
  ) -> TablePath {
    let root = stageRoot
    guard let narrow = root.narrowed(address.value) else { return TablePath() }
    return format.encoding.path(to: narrow, in: root, memory.handle)
  }
}

extension TableEncoding {
  /// The entries that a look-up of an address that fits the tables goes through.
  func path(to address: UInt64, in root: StageRoot, _ memory: MemoryHandle) -> TablePath {
    switch self {
    case .ept: root.path(to: address, EPTFormat.self, memory)
    case .x86: root.path(to: address, X86Format.self, memory)
    case .riscv: root.path(to: address, RISCVFormat.self, memory)
    case .armStage1Granule4K:
      root.path(to: address, ArmStage1Format<ArmGranule4K>.self, memory)
    case .armStage1Granule16K:
      root.path(to: address, ArmStage1Format<ArmGranule16K>.self, memory)
    case .armStage1Granule64K:
      root.path(to: address, ArmStage1Format<ArmGranule64K>.self, memory)
    case .armStage2Granule4K:
      root.path(to: address, ArmStage2Format<ArmGranule4K>.self, memory)
    case .armStage2Granule16K:
      root.path(to: address, ArmStage2Format<ArmGranule16K>.self, memory)
    case .armStage2Granule64K:
      root.path(to: address, ArmStage2Format<ArmGranule64K>.self, memory)
    }
  }
}

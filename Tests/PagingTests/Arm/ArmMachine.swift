import Testing

@testable import Paging

/// The shape of one stage's tables in a test, told by the numbers of the manual's tables.
struct ArmShape: Sendable, CustomStringConvertible {
  /// 12, 14 or 16.
  var pageShift: UInt64
  /// The width of the addresses that are translated.
  var inputBits: UInt64
  /// How many tables a walk to a page reads.
  var levels: UInt64

  var description: String { "\(1 << (pageShift - 10))K, \(inputBits) bits, \(levels) levels" }

  private var indexBits: UInt64 { pageShift - 3 }

  /// The lowest address bit that indexes a table of a level, counted from the leaf.
  func shift(_ level: UInt64) -> UInt64 { pageShift + indexBits * level }

  /// The index of an address in a table of a level.
  func index(_ address: UInt64, _ level: UInt64) -> UInt64 {
    let above = address >> shift(level)
    return level == levels - 1
      ? above & (1 << (inputBits - shift(level)) - 1) : above & (1 << indexBits - 1)
  }

  /// The bytes of the root.
  var rootBytes: UInt64 { 8 << (inputBits - shift(levels - 1)) }
}

/// A memory in which a test builds tables, with the registers that go with them.
struct ArmMachine: ~Copyable {
  /// Where the memory starts.
  static let base: UInt64 = 0x4000_0000
  static let bytes = 16 << 20

  var memory: PhysicalMemory
  var registers = ArmRegisters()
  private var next = Self.base

  init() throws {
    memory = try PhysicalMemory(at: HostPhysical(Self.base), bytes: Self.bytes)
    // 48-bit output at both stages, and no walk in the upper half.
    registers.tcrEL1 = 5 << 32 | 1 << 23
    registers.vtcrEL2 = 5 << 16
  }

  /// Sets room of so many bytes aside, at a multiple of them.
  mutating func room(_ bytes: UInt64) -> UInt64 {
    let place = (next + bytes - 1) / bytes * bytes
    next = place + bytes
    precondition(next <= Self.base + UInt64(Self.bytes), "the test's memory is full")
    return place
  }

  /// Maps an address by a page or block, through tables that have `limits` in their upper bits.
  ///
  /// The tables lie where `memory` has them: at stage 1 that needs a stage 2 which leaves addresses as
  /// they are. It returns where the last entry is.
  @discardableResult
  mutating func map(
    _ address: UInt64, to target: UInt64, _ attributes: UInt64, root: UInt64, _ shape: ArmShape,
    leafLevel: UInt64 = 0, limits: UInt64 = 0
  ) -> HostPhysical {
    var table = root
    for level in (leafLevel + 1..<max(shape.levels, leafLevel + 1)).reversed() {
      let place = HostPhysical(table + shape.index(address, level) * 8)
      let entry = memory.word(at: place) ?? 0
      if entry & 1 == 0 {
        table = room(1 << shape.pageShift)
        memory.store(table | limits | 3, at: place)
      } else {
        table = entry & 0x0000_ffff_ffff_f000
      }
    }
    let place = HostPhysical(table + shape.index(address, leafLevel) * 8)
    memory.store(target | attributes | (leafLevel == 0 ? 3 : 1), at: place)
    return place
  }

  /// Turns stage 1's lower half on, with an empty root.
  mutating func turnOnStage1(_ shape: ArmShape) -> UInt64 {
    let root = room(max(shape.rootBytes, 64))
    let granule: UInt64 = [12: 0, 14: 2, 16: 1][shape.pageShift] ?? 3
    registers.sctlrEL1 |= 1
    registers.ttbr0EL1 = root
    registers.tcrEL1 |= 64 - shape.inputBits | granule << 14
    return root
  }

  /// Turns stage 2 on, with an empty root.
  mutating func turnOnStage2(_ shape: ArmShape) -> UInt64 {
    let root = room(max(shape.rootBytes, 64))
    let granule: UInt64 = [12: 0, 14: 2, 16: 1][shape.pageShift] ?? 3
    // SL0: for 4K, 2, 1 and 0 are walks of 4, 3 and 2 levels, and 3 one of 1; else one less than the
    // number of levels.
    let start =
      shape.pageShift == 12 ? [2: 0, 3: 1, 4: 2, 1: 3][shape.levels] ?? 0 : shape.levels - 1
    registers.hcrEL2 |= 1
    registers.vttbrEL2 = root
    registers.vtcrEL2 |= 64 - shape.inputBits | granule << 14 | start << 6
    return root
  }

  /// What a translation gives: its result or why it stopped.
  mutating func translate(
    _ address: UInt64, _ access: Access
  ) throws(RegisterError) -> Result<Translation, WalkFailure> {
    let processor = try ArmProcessor(registers)
    do {
      return .success(try processor.translate(GuestVirtual(address), access, in: &memory))
    } catch {
      return .failure(error)
    }
  }

  /// The abort that a translation ends in; nothing where it succeeds.
  mutating func abort(_ address: UInt64, _ access: Access) throws(RegisterError) -> ArmAbort? {
    guard case .failure(let failure) = try translate(address, access),
      case .armAbort(let abort) = try ArmProcessor(registers).report(failure)
    else { return nil }
    return abort
  }

  /// What an address translation instruction leaves in PAR_EL1.
  mutating func parEL1(_ address: UInt64, _ access: Access) throws(RegisterError) -> UInt64 {
    let processor = try ArmProcessor(registers)
    switch try translate(address, access) {
    case .success(let found): return processor.parEL1(found)
    case .failure(let failure):
      guard case .armAddressTranslation(let fault) = processor.report(failure) else { return 0 }
      return fault.parEL1
    }
  }
}

extension Access {
  /// An address translation instruction's access.
  static func at(_ kind: Kind, _ privilege: Privilege = .supervisor) -> Access {
    Access(kind, privilege, isAddressTranslation: true)
  }
}

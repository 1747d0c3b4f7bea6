import Testing

@testable import Paging

/// A guest's page at linear 0x7000, with every table and the page itself mapped by 4-KByte leaves.
///
/// The guest's tables lie at guest-physical 0x1000 (the root), 0x2000, …; its page is guest-physical
/// 0x8000. The second stage maps guest-physical addresses up to 2 MiB to host-physical 0x20_0000 on,
/// by tables at host-physical 0x1000 (the root), 0x2000, ….
struct X86Example: ~Copyable {
  static let linear = GuestVirtual(0x7008)
  var memory: PhysicalMemory
  var registers = X86Registers()

  /// Tables of these numbers of levels, with these flags in the second stage's entries.
  init(guestLevels: Int, hostLevels: Int, tableFlags: UInt64, leafFlags: UInt64) throws {
    memory = try PhysicalMemory(bytes: 0x40_0000)
    for level in 1..<hostLevels {
      memory.store(
        UInt64(level + 1) << 12 | tableFlags, at: HostPhysical(UInt64(level) << 12))
    }
    for page in 0..<512 as Range<UInt64> {
      memory.store(
        0x20_0000 + page << 12 | leafFlags, at: HostPhysical(UInt64(hostLevels) << 12 + page * 8))
    }
    for level in 1..<guestLevels {
      memory.store(
        UInt64(level + 1) << 12 | 0x67, at: HostPhysical(0x20_0000 + UInt64(level) << 12))
    }
    memory.store(0x8067, at: HostPhysical(0x20_0000 + UInt64(guestLevels) << 12 + 7 * 8))
    registers.cr0 = 0x8001_0001
    registers.cr3 = 0x1000
    registers.cr4 = guestLevels == 5 ? 0x1020 : 0x20
    registers.efer = 0xd00
  }

  /// A guest over EPT with accessed and dirty flags, all of them set.
  static func ept(guestLevels: Int = 4, hostLevels: Int = 4) throws -> Self {
    var example = try Self(
      guestLevels: guestLevels, hostLevels: hostLevels, tableFlags: 0x107, leafFlags: 0x337)
    example.registers.eptp = 0x1046 | UInt64(hostLevels - 1) << 3
    return example
  }

  /// A guest over nested page tables, with all accessed and dirty flags set.
  static func nested(guestLevels: Int = 4, hostLevels: Int = 4) throws -> Self {
    var example = try Self(
      guestLevels: guestLevels, hostLevels: hostLevels, tableFlags: 0x67, leafFlags: 0x67)
    example.registers.ncr3 = 0x1000
    if hostLevels == 5 { example.registers.hostCR4 |= 0x1000 }
    return example
  }

  /// What an access leads to.
  mutating func translate(
    _ access: Access, at address: GuestVirtual = X86Example.linear
  ) throws -> Result<Translation, WalkFailure> {
    let processor = try X86Processor(registers)
    do {
      return .success(try processor.translate(address, access, in: &memory))
    } catch {
      return .failure(error)
    }
  }

  /// What the architecture tells of an access that fails.
  mutating func report(
    _ access: Access, at address: GuestVirtual = X86Example.linear
  ) throws -> FaultReport? {
    let processor = try X86Processor(registers)
    do {
      _ = try processor.translate(address, access, in: &memory)
      return nil
    } catch {
      return processor.report(error)
    }
  }
}

@Suite("x86-64 walks")
struct X86WalkTests {
  @Test("g levels over h levels take (g+1)(h+1)-1 reads", arguments: [4, 5], [4, 5])
  func reads(guestLevels: Int, hostLevels: Int) throws {
    var example = try X86Example.ept(guestLevels: guestLevels, hostLevels: hostLevels)
    let overEPT = try example.translate(.write).get()
    #expect(overEPT.hostPhysical == HostPhysical(0x20_8008))
    #expect(overEPT.guestPhysical == GuestPhysical(0x8008))
    #expect(overEPT.reads == (guestLevels + 1) * (hostLevels + 1) - 1)
    #expect(overEPT.updates == 0)

    var nested = try X86Example.nested(guestLevels: guestLevels, hostLevels: hostLevels)
    let overNested = try nested.translate(.write).get()
    #expect(overNested.hostPhysical == HostPhysical(0x20_8008))
    #expect(overNested.reads == (guestLevels + 1) * (hostLevels + 1) - 1)
    #expect(overNested.updates == 0)
  }
}

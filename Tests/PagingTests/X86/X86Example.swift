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
      guestLevels: guestLevels, hostLevels: hostLevels, tableFlags: 0x507, leafFlags: 0x337)
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

  private var hostLevels: UInt64 {
    registers.eptp.map { ($0 >> 3 & 7) + 1 } ?? (registers.hostCR4 & 1 << 12 == 0 ? 4 : 5)
  }

  private var guestLevels: UInt64 { registers.cr4 & 1 << 12 == 0 ? 4 : 5 }

  /// The second stage's leaf for a page of guest-physical memory.
  func hostLeaf(_ page: Int) -> UInt64 {
    memory.word(at: HostPhysical(hostLevels << 12 + UInt64(page) * 8)) ?? 0
  }

  mutating func setHostLeaf(_ page: Int, _ entry: UInt64) {
    memory.store(entry, at: HostPhysical(hostLevels << 12 + UInt64(page) * 8))
  }

  private func guestPlace(_ level: Int) -> HostPhysical {
    HostPhysical(0x20_0000 + (guestLevels - UInt64(level)) << 12 + (level == 0 ? 7 * 8 : 0))
  }

  /// The guest's entry of a level, counted from the leaf.
  func guestEntry(_ level: Int) -> UInt64 { memory.word(at: guestPlace(level)) ?? 0 }

  mutating func setGuestEntry(_ level: Int, _ entry: UInt64) {
    memory.store(entry, at: guestPlace(level))
  }

  mutating func setGuestLeaf(_ entry: UInt64) { setGuestEntry(0, entry) }

  /// Clears the accessed and dirty flags of the guest's entries.
  mutating func clearGuestFlags() {
    for level in 0..<Int(guestLevels) { setGuestEntry(level, guestEntry(level) & ~0x60) }
  }

  /// Sets the accessed and dirty flags of the guest's entries.
  mutating func setGuestFlags() {
    for level in 0..<Int(guestLevels) { setGuestEntry(level, guestEntry(level) | 0x60) }
  }
}

@testable import Paging

/// An x86-64 program whose pages lie side by side, with or without a hypervisor below, and the caches
/// that its accesses go through.
struct FlatGuest: ~Copyable {
  /// Where the program's pages start: a multiple of every size of page.
  static let start: UInt64 = 1 << 32
  private static let tableBytes: UInt64 = 16 << 20

  var memory: PhysicalMemory
  var guest: GuestTables
  var caches: TranslationCaches
  let processor: X86Processor

  /// `bytes` bytes in pages of `guestPage` bytes, over a hypervisor's pages of `hostPage` bytes or none.
  init(
    _ core: CoreModel, bytes: UInt64, guestPage: UInt64 = 4096, hostPage: UInt64? = nil,
    _ attributes: GuestAttributes = .userReadWrite
  ) throws {
    var memory = try PhysicalMemory(bytes: Int(2 * Self.tableBytes))
    var host = try HostTables(
      .ept4, at: HostPhysical(Self.tableBytes), bytes: Self.tableBytes, in: &memory)
    let size = hostPage ?? 4096
    // The guest's tables lie in pages of the same size where those fit.
    try host.map(
      GuestPhysical(0), bytes: Self.tableBytes, to: HostPhysical(0), .readWriteExecute,
      pageBytes: min(size, 2 << 20), in: &memory)
    try host.map(
      GuestPhysical(Self.start), bytes: (bytes + size - 1) & ~(size - 1),
      to: HostPhysical(Self.start), .readWriteExecute, pageBytes: size, in: &memory)
    var guest = try GuestTables(
      .x86Level4, at: GuestPhysical(0), bytes: Self.tableBytes, placed: .identity, in: &memory)
    try guest.map(
      GuestVirtual(Self.start), bytes: bytes, to: GuestPhysical(Self.start), attributes,
      pageBytes: guestPage, in: &memory)
    var registers = try X86Registers(guest: guest.root, host: hostPage == nil ? nil : host.root)
    // PGE and PCIDE.
    registers.cr4 |= 1 << 7 | 1 << 17
    registers.vpid = 1
    processor = try X86Processor(registers)
    caches = TranslationCaches(core)
    self.memory = memory
    self.guest = guest
  }

  /// An access `offset` bytes into the program's pages.
  mutating func access(
    _ offset: UInt64, _ access: Access = Access(.read, .user)
  ) throws(WalkFailure) -> CachedTranslation {
    try processor.translate(
      GuestVirtual(Self.start + offset), access, in: &memory, through: &caches)
  }

  /// Reads `count` pages of `stride` bytes in order, `rounds` times.
  mutating func scan(_ count: Int, stride: UInt64 = 4096, rounds: Int = 1) throws {
    for _ in 0..<rounds {
      for page in 0..<UInt64(count) { _ = try access(page * stride) }
    }
  }
}

extension CoreModel {
  /// A core with TLBs of these shapes for pages of 4 KiB, 2 MiB and, on the first level, 1 GiB.
  static func plain(_ first: CacheShape, _ second: CacheShape? = nil) -> CoreModel {
    var core = CoreModel("plain", "A test's core", .x86)
    let source = Source.assumed("for a test")
    core.data = [TLB(first, pageSizes: [4096, 2 << 20, 1 << 30], source)]
    if let second { core.second = [TLB(second, pageSizes: [4096, 2 << 20], source)] }
    return core
  }
}

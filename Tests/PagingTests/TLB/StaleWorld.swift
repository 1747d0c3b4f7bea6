@testable import Paging

/// What an edit that no cache was told of can leave stale.
enum Stale: String, CaseIterable {
  /// A page of the current address space.
  case page
  /// A global page.
  case global
  /// The same address in another address space of the guest.
  case other
  /// An entry that points to a table of the guest's, seen through a page that was not used before.
  case table
  /// The hypervisor's page below a guest's page.
  case hostPage
  /// The hypervisor's page below a guest's table, seen through a page that was not used before.
  case hostTable
}

/// Two programs of a guest over a hypervisor, which have used some pages; then one thing is edited, and
/// no cache told.
struct StaleWorld<P: Processor & ~Copyable>: ~Copyable {
  static var page: GuestVirtual { GuestVirtual(0x4000_0000) }
  /// Another page of the same table.
  static var sibling: GuestVirtual { GuestVirtual(0x4000_1000) }
  static var global: GuestVirtual { GuestVirtual(0x8000_0000) }
  static var target: GuestPhysical { GuestPhysical(0x1800_0000) }

  private let isa: ISA
  private var memory: PhysicalMemory
  private var host: HostTables
  private var first: GuestTables
  private var second: GuestTables
  private var caches: TranslationCaches
  let one: P
  let two: P
  /// The guest-physical address of the table with the page's entry.
  let table: GuestPhysical

  init(
    _ guestFormat: GuestFormat, _ hostFormat: HostFormat, _ core: CoreModel,
    _ make: (GuestRoot, HostRoot, UInt64) throws -> P
  ) throws {
    let isa = guestFormat.isa
    var memory = try PhysicalMemory(bytes: 64 << 20)
    var host = try HostTables(
      hostFormat, at: HostPhysical(48 << 20), bytes: 16 << 20, in: &memory)
    // The tables, and room for a table that takes another's place; then the data.
    try host.map(
      GuestPhysical(0), bytes: 16 << 20, to: HostPhysical(0), .readWriteExecute, pageBytes: 4096,
      in: &memory)
    try host.map(
      Self.target, bytes: 8 << 12, to: HostPhysical(1 << 36), .readWriteExecute, pageBytes: 4096,
      in: &memory)
    let first = try Self.tables(guestFormat, at: 0, in: &memory)
    let second = try Self.tables(guestFormat, at: 8 << 20, in: &memory)
    let one = try make(first.root, host.root, 1)
    let two = try make(second.root, host.root, 2)
    var trace = WalkTrace()
    _ = try one.translate(Self.page, .read, in: &memory, observer: &trace)
    let leaf = trace.steps.last { $0.stage == .first }?.address ?? 0
    var caches = TranslationCaches(core)
    // What is used before the edit.
    for address in [Self.page, Self.global] {
      _ = try one.translate(address, .read, in: &memory, through: &caches)
    }
    _ = try two.translate(Self.page, .read, in: &memory, through: &caches)
    self.isa = isa
    self.memory = memory
    self.host = host
    self.first = first
    self.second = second
    self.one = one
    self.two = two
    self.caches = caches
    table = GuestPhysical(leaf & ~0xfff)
  }

  private static func attributes(_ isa: ISA, isGlobal: Bool) -> GuestAttributes {
    var attributes = GuestAttributes.readWrite
    attributes.extraBits =
      switch isa {
      case .x86: isGlobal ? 1 << 8 : 0
      case .arm: isGlobal ? 0 : 1 << 11
      case .riscv: isGlobal ? 1 << 5 : 0
      }
    return attributes
  }

  private static func tables(
    _ format: GuestFormat, at base: UInt64, in memory: inout PhysicalMemory
  ) throws -> GuestTables {
    var guest = try GuestTables(
      format, at: GuestPhysical(base), bytes: 4 << 20, placed: .identity, in: &memory)
    try guest.map(
      page, bytes: 2 << 12, to: target, attributes(format.isa, isGlobal: false), pageBytes: 4096,
      in: &memory)
    try guest.map(
      global, bytes: 4096, to: target + 0x3000, attributes(format.isa, isGlobal: true), in: &memory)
    return guest
  }

  /// Edits one thing without telling the caches.
  mutating func edit(_ stale: Stale) throws {
    let own = Self.attributes(isa, isGlobal: false)
    switch stale {
    case .page: try first.remap(Self.page, to: Self.target + 0x4000, own, in: &memory)
    case .other: try second.remap(Self.page, to: Self.target + 0x4000, own, in: &memory)
    case .global:
      try first.remap(
        Self.global, to: Self.target + 0x4000, Self.attributes(isa, isGlobal: true), in: &memory)
    case .table:
      let copy: UInt64 = 7 << 20
      copyTable(to: copy)
      var trace = WalkTrace()
      _ = try one.translate(Self.page, .read, in: &memory, observer: &trace)
      guard let step = trace.steps.last(where: { $0.stage == .first && $0.level == 1 }) else {
        preconditionFailure("the walk has read no entry of level 1")
      }
      memory.store(step.entry &+ moved(copy &- table.value), at: step.place)
    case .hostPage:
      try host.remap(Self.target, to: HostPhysical(1 << 37), .readWriteExecute, in: &memory)
    case .hostTable:
      let copy: UInt64 = 15 << 20
      copyTable(to: copy)
      try host.remap(table, to: HostPhysical(copy), .readWriteExecute, in: &memory)
    }
  }

  /// Copies the table with the page's entry, and maps the sibling elsewhere in the copy.
  private mutating func copyTable(to copy: UInt64) {
    for offset in stride(from: 0, to: 4096 as UInt64, by: 8) {
      var entry = memory.word(at: HostPhysical(table.value + offset)) ?? 0
      if offset == 8 { entry &+= moved(0x3000) }
      memory.store(entry, at: HostPhysical(copy + offset))
    }
  }

  /// A distance where an entry holds an address.
  private func moved(_ bytes: UInt64) -> UInt64 {
    isa == .riscv ? UInt64(bitPattern: Int64(bitPattern: bytes) >> 2) : bytes
  }

  mutating func apply(_ flush: CacheFlush) { caches.apply(flush) }

  /// Whether an access through the caches arrives where the tables do not lead any more.
  mutating func isStale(_ stale: Stale) throws -> Bool {
    let address =
      switch stale {
      case .page, .other, .hostPage: Self.page
      case .global: Self.global
      case .table, .hostTable: Self.sibling
      }
    if stale == .other {
      let walked = try two.translate(address, .read, in: &memory)
      let found = try two.translate(address, .read, in: &memory, through: &caches)
      return found.hostPhysical != walked.hostPhysical
    }
    let walked = try one.translate(address, .read, in: &memory)
    let found = try one.translate(address, .read, in: &memory, through: &caches)
    return found.hostPhysical != walked.hostPhysical
  }
}

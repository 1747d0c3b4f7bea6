import Console
import Paging
import Records

/// A small guest with tables for one page, under a hypervisor with tables for what the guest has.
struct WalkExample {
  var guest = GuestFormat.x86Level4
  var host = HostFormat.ept4
  /// The size of the guest's page; nothing for the smallest.
  var guestPage: UInt64?
  /// The size of the hypervisor's pages; nothing for the smallest.
  var hostPage: UInt64?
  var access = AccessWord.read
  var privilege = Access.Privilege.supervisor
  /// The address of the access; nothing for one with another index at each level.
  var address: GuestVirtual?
  var fault: ExampleFault?
  /// Whether all flags are clear at first, and the hardware sets them.
  var isClean = false

  /// The guest's tables start here, in guest-physical memory.
  private static let guestTables = GuestPhysical(0x10_0000)
  /// The hypervisor's tables start here.
  private static let hostTables = HostPhysical(0x20_0000)
  /// Either stage's tables have this much room: a concatenated root of 64-KiB tables takes half of it.
  private static let room: UInt64 = 2 << 20

  private var guestPageBytes: UInt64 { guestPage ?? guest.shape.pageSizes[0] }
  private var hostPageBytes: UInt64 { hostPage ?? host.shape.pageSizes[0] }

  /// The address whose index at each level is one more than at the level below it.
  private var virtual: GuestVirtual {
    if let address { return address }
    var address: UInt64 = 0x238
    let leafLevel = guest.shape.level(ofPageBytes: guestPageBytes) ?? 0
    for level in leafLevel..<guest.shape.levels {
      address |= UInt64(level + 1) << UInt64(guest.shape.shift(ofLevel: level))
    }
    // Arm's root of 16-KiB tables may have two entries only.
    return GuestVirtual(address & (1 << UInt64(guest.shape.inputBits - 1) - 1))
  }

  /// Where the guest's page lies: apart from its tables if guest-physical memory is wide enough.
  private var guestTarget: GuestPhysical {
    let apart = max(guestPageBytes, hostPageBytes, 1 << 28)
    let fits = apart + guestPageBytes <= 1 << UInt64(host.shape.inputBits)
    return GuestPhysical(fits ? apart : 0)
  }

  /// What the hypervisor adds to a guest-physical address.
  private var offset: UInt64 { max(hostPageBytes, 1 << 31) }

  /// Makes the tables and walks them.
  func explain() throws(CommandFailure) -> ExplainedWalk {
    do {
      guard fault == .cascade else { return try walk(without: nil) }
      // Where the last of the guest's tables lies comes out of a walk that finds it.
      let whole = try walk(without: nil)
      let table = whole.steps.last { $0.stage == .first }.map { GuestPhysical($0.address) }
      return try walk(without: table)
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.badInput, "\(error)")
    }
  }

  /// Walks tables that lack the hypervisor's page for a guest's table.
  private func walk(without table: GuestPhysical?) throws -> ExplainedWalk {
    var memory = PhysicalMemory()
    try memory.addRegion(at: Self.hostTables, bytes: Int(Self.room))
    try memory.addRegion(
      at: HostPhysical(Self.guestTables.value + offset), bytes: Int(Self.room))
    let record = try record(without: table, in: &memory)
    var session = TranslateSession(memory: memory)
    session.explainedLine = 1
    var writer = JSONWriter()
    _ = session.answer(record.line, line: 1, to: &writer)
    guard let explained = session.explained else {
      let why = session.diagnostics.map(\.message).joined(separator: " ")
      throw CommandFailure(.badInput, why)
    }
    return explained
  }

  private func record(
    without table: GuestPhysical?, in memory: inout PhysicalMemory
  ) throws -> TranslateRecord {
    var host = try HostTables(self.host, at: Self.hostTables, bytes: Self.room, in: &memory)
    let tablesStart = Self.guestTables.value & ~(hostPageBytes - 1)
    let tablesEnd = (Self.guestTables.value + Self.room + hostPageBytes - 1) & ~(hostPageBytes - 1)
    try host.map(
      GuestPhysical(tablesStart), bytes: tablesEnd - tablesStart,
      to: HostPhysical(tablesStart + offset), attributes(.readWriteExecute),
      pageBytes: hostPageBytes, in: &memory)
    var guest = try GuestTables(
      self.guest, at: Self.guestTables, bytes: Self.room, placed: .through(host.root), in: &memory)
    try mapGuest(&guest, in: &memory)
    try mapHost(&host, in: &memory)
    if let table {
      let page = GuestPhysical(table.value & ~(hostPageBytes - 1))
      try host.unmap(page, bytes: hostPageBytes, in: &memory)
    }
    return TranslateRecord(
      try registers(guest.root, host.root), virtual, access.access(privilege))
  }

  /// Maps the guest's page, or its neighbour where the guest is to fault.
  private func mapGuest(_ guest: inout GuestTables, in memory: inout PhysicalMemory) throws {
    var permissions: GuestPermissions = [.read, .write, .execute]
    if privilege == .user { permissions.insert(.user) }
    var attributes = GuestAttributes(permissions)
    attributes.isAccessed = !isClean
    attributes.isDirty = !isClean
    let page = virtual.value & ~(guestPageBytes - 1)
    try guest.map(
      GuestVirtual(fault == .guest ? page ^ guestPageBytes : page), bytes: guestPageBytes,
      to: guestTarget, attributes, pageBytes: guestPageBytes, in: &memory)
  }

  /// Maps the hypervisor's page for the access, or its neighbour where it is to be missing.
  private func mapHost(_ host: inout HostTables, in memory: inout PhysicalMemory) throws {
    let address = guestTarget.value + virtual.value & (guestPageBytes - 1)
    let page = address & ~(hostPageBytes - 1)
    if host.page(at: GuestPhysical(page), in: memory) != nil {
      guard fault != .missing, fault != .permission else {
        throw CommandFailure(
          .badInput,
          "With pages of \(WalkWords.size(guestPageBytes)) and \(WalkWords.size(hostPageBytes)) the"
            + " guest's page and its tables share a page of the hypervisor: they can't fault apart."
        )
      }
      return
    }
    let rights: HostAttributes =
      fault != .permission ? .readWriteExecute : access == .fetch ? .readWrite : .readExecute
    let mapped = fault == .missing ? page ^ hostPageBytes : page
    guard host.page(at: GuestPhysical(mapped), in: memory) == nil else { return }
    try host.map(
      GuestPhysical(mapped), bytes: hostPageBytes, to: HostPhysical(mapped + offset),
      attributes(rights), pageBytes: hostPageBytes, in: &memory)
  }

  private func attributes(_ attributes: HostAttributes) -> HostAttributes {
    var attributes = attributes
    attributes.isAccessed = !isClean
    attributes.isDirty = !isClean && attributes.permissions.contains(.write)
    return attributes
  }

  /// The registers that lead to the tables.
  private func registers(_ guest: GuestRoot, _ host: HostRoot) throws -> ISARegisters {
    switch self.guest.isa {
    case .x86:
      return .x86(try X86Registers(guest: guest, host: host, eptFlags: isClean))
    case .arm:
      var registers = try ArmRegisters(guest: guest, host: host)
      if isClean {
        // TCR_EL1.HA and HD; VTCR_EL2.HA and HD.
        registers.tcrEL1 |= 3 << 39
        registers.vtcrEL2 |= 3 << 21
      }
      return .arm(registers)
    case .riscv:
      var registers = try RISCVRegisters(guest: guest, host: host)
      if isClean {
        // ADUE.
        registers.menvcfg |= 1 << 61
        registers.henvcfg |= 1 << 61
      }
      return .riscv(registers)
    }
  }
}

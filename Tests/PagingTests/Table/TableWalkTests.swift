import Testing

@testable import Paging

/// What a processor says about an access: where it arrives in which pages, or that it stops.
private struct Arrival: Equatable {
  var hostPhysical: HostPhysical
  var guestPageBytes: UInt64?
  var hostPageBytes: UInt64?
  var reads: Int
}

/// A walk through tables that these tests have made, on the processor of their architecture.
private func walk(
  guest: GuestRoot?, host: HostRoot?, _ address: UInt64, _ access: Access,
  setsFlags: Bool = false, isModeBased: Bool = false, in memory: inout PhysicalMemory
) throws -> Arrival? {
  func arrival<P: Processor & ~Copyable>(_ processor: borrowing P) -> Arrival? {
    guard
      let found = try? processor.translate(GuestVirtual(address), access, in: &memory)
    else { return nil }
    return Arrival(
      hostPhysical: found.hostPhysical, guestPageBytes: found.guestPageBytes,
      hostPageBytes: found.hostPageBytes, reads: found.reads)
  }
  switch guest?.format.isa ?? host?.format.isa {
  case .x86:
    var registers = try X86Registers(guest: guest, host: host, eptFlags: setsFlags)
    if isModeBased { registers.secondaryControls = 1 << 22 }
    return arrival(try X86Processor(registers))
  case .riscv:
    var registers = try RISCVRegisters(guest: guest, host: host)
    if setsFlags {
      registers.menvcfg = 1 << 61
      registers.henvcfg = 1 << 61
    }
    return arrival(try RISCVProcessor(registers))
  case .arm:
    let isUpper = guest?.isUpperHalf ?? false
    var registers = try ArmRegisters(
      guest: isUpper ? nil : guest, upper: isUpper ? guest : nil, host: host)
    if setsFlags {
      registers.tcrEL1 |= 3 << 39
      registers.vtcrEL2 |= 3 << 21
    }
    return arrival(try ArmProcessor(registers))
  case nil:
    return nil
  }
}

private let accesses = Access.Kind.allCases.filter { $0 != .hlvx }.flatMap { kind in
  Access.Privilege.allCases.map { Access(kind, $0) }
}

extension TableShape {
  /// The bytes that a processor takes for the page's: Arm's contiguous bit is no more than a hint to
  /// TLBs, but an Svnapot page is one page.
  fileprivate func entryBytes(_ bytes: UInt64) -> UInt64 {
    guard let leaf = leaf(ofPageBytes: bytes) else { return 0 }
    let isNapot = self == .riscv(levels, rootExtraBits: rootExtraBits)
    return isNapot ? bytes : pageBytes(ofLevel: leaf.level)
  }

  /// The table reads to the page's entry.
  fileprivate func reads(_ bytes: UInt64) -> Int {
    levels - (leaf(ofPageBytes: bytes)?.level ?? 0)
  }
}

@Suite("Walks through tables that were made")
struct TableWalkTests {
  @Test(
    "A second stage gives each page at its size with its rights", arguments: HostFormat.allCases)
  func hostPages(_ format: HostFormat) throws {
    var memory = try PhysicalMemory(bytes: 2 << 20)
    var host = try HostTables(format, at: HostPhysical(0), bytes: 2 << 20, in: &memory)
    // Without paging, x86 has addresses of 32 bits.
    let shape = host.root.shape
    for bytes in shape.pageSizes + shape.groupSizes where bytes < 2 << 30 {
      let address = GuestPhysical(bytes)
      let target = HostPhysical(5 * bytes)
      for attributes in [.readOnly, .readWrite, .readExecute, .readWriteExecute] as [HostAttributes]
      {
        try host.map(address, bytes: bytes, to: target, attributes, pageBytes: bytes, in: &memory)
        for access in accesses {
          let found = try walk(
            guest: nil, host: host.root, address.value + bytes - 0x123, access, in: &memory)
          let needed: HostPermissions =
            switch access.kind {
            case .write: .write
            case .fetch: .execute
            default: .read
            }
          let expected = Arrival(
            hostPhysical: target + (bytes - 0x123), guestPageBytes: nil,
            hostPageBytes: shape.entryBytes(bytes), reads: shape.reads(bytes))
          #expect(
            found == (attributes.permissions.isSuperset(of: needed) ? expected : nil),
            "\(attributes.permissions) \(access)")
        }
        // Gone, and back by another way: as read-only first.
        try host.unmap(address, bytes: bytes, in: &memory)
        #expect(
          try walk(guest: nil, host: host.root, address.value, .read, in: &memory) == nil)
        try host.map(address, bytes: bytes, to: target, .readOnly, in: &memory)
        try host.protect(address, bytes: bytes, attributes.permissions, in: &memory)
        let canWrite = attributes.permissions.contains(.write)
        let found = try walk(guest: nil, host: host.root, address.value, .write, in: &memory)
        #expect((found != nil) == canWrite)
        try host.unmap(address, bytes: bytes, in: &memory)
      }
    }
  }

  @Test(
    "A first stage gives each page at its size with its rights", arguments: GuestFormat.allCases)
  func guestPages(_ format: GuestFormat) throws {
    var memory = try PhysicalMemory(bytes: 2 << 20)
    for isUpper in [false, true] {
      let isArm = format.isa == .arm
      var guest = try GuestTables(
        format, at: GuestPhysical(0), bytes: 2 << 20, isUpperHalf: isUpper && isArm,
        placed: .identity, in: &memory)
      let shape = guest.root.shape
      for bytes in shape.pageSizes + shape.groupSizes {
        let address = GuestVirtual(isUpper ? 0 &- bytes : bytes)
        let target = GuestPhysical(5 * bytes)
        for user in [[], .user] as [GuestPermissions] {
          for rights in [.read, [.read, .write], [.read, .execute]] as [GuestPermissions] {
            let permissions = rights.union(user)
            try guest.map(
              address, bytes: bytes, to: target, GuestAttributes(permissions), pageBytes: bytes,
              in: &memory)
            for access in accesses {
              let found = try walk(
                guest: guest.root, host: nil, address.value &+ bytes &- 0x123, access, in: &memory)
              let expected = Arrival(
                hostPhysical: HostPhysical(target.value + bytes - 0x123),
                guestPageBytes: shape.entryBytes(bytes), hostPageBytes: nil,
                reads: shape.reads(bytes))
              #expect(
                found == (allows(permissions, access, format.isa) ? expected : nil),
                "\(permissions) \(access)")
            }
            try guest.unmap(address, bytes: bytes, in: &memory)
          }
        }
      }
      #expect(guest.frames.used == Int(guest.root.shape.rootBytes / guest.frames.frameBytes))
    }
  }

  /// What the architectures make of a page's permissions, with SMEP, SMAP, PAN and SUM off.
  private func allows(_ permissions: GuestPermissions, _ access: Access, _ isa: ISA) -> Bool {
    let needed: GuestPermissions =
      switch access.kind {
      case .write: .write
      case .fetch: .execute
      default: .read
      }
    guard permissions.contains(needed) else { return false }
    let isUsers = permissions.contains(.user)
    guard access.privilege == .supervisor else { return isUsers }
    switch isa {
    case .x86: return true
    case .arm: return access.kind != .fetch || !isUsers
    case .riscv: return !isUsers
    }
  }

  @Test("Only one mode may execute where the format tells the two apart")
  func executeByMode() throws {
    for format in [HostFormat.ept4, .arm4K] {
      for (permissions, privilege) in [
        ([.read, .executeUser], .user), ([.read, .executeSupervisor], .supervisor),
      ] as [(HostPermissions, Access.Privilege)] {
        var memory = try PhysicalMemory(bytes: 1 << 20)
        var host = try HostTables(format, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
        try host.map(
          GuestPhysical(0), bytes: 0x1000, to: HostPhysical(0x1000), HostAttributes(permissions),
          in: &memory)
        #expect(
          host.page(at: GuestPhysical(0), in: memory)?.attributes.permissions == permissions)
        for other in Access.Privilege.allCases {
          let found = try walk(
            guest: nil, host: host.root, 0, Access(.fetch, other), isModeBased: true, in: &memory)
          // Without paging, every linear address of x86 is a user-mode one.
          let counts = format == .ept4 ? Access.Privilege.user : other
          #expect((found != nil) == (counts == privilege), "\(format) \(permissions) \(other)")
        }
      }
    }
  }

  @Test("What walks set, ageing and cleaning find", arguments: HostFormat.allCases)
  func flags(_ format: HostFormat) throws {
    var memory = try PhysicalMemory(bytes: 2 << 20)
    var host = try HostTables(format, at: HostPhysical(0), bytes: 2 << 20, in: &memory)
    let page = host.root.shape.pageSizes[0]
    var attributes = HostAttributes.readWrite
    attributes.isAccessed = false
    attributes.isDirty = false
    try host.map(
      GuestPhysical(0), bytes: 8 * page, to: HostPhysical(0), attributes, pageBytes: page,
      in: &memory)
    #expect(try host.age(GuestPhysical(0), bytes: 8 * page, in: &memory) == 0)
    for (number, access) in [(1, Access.read), (3, .write), (4, .write)] {
      let found = try walk(
        guest: nil, host: host.root, UInt64(number) * page, access, setsFlags: true, in: &memory)
      #expect(found != nil)
    }
    #expect(host.page(at: GuestPhysical(3 * page), in: memory)?.attributes.isDirty == true)
    // A hole behind the pages is passed over.
    #expect(try host.clean(GuestPhysical(0), bytes: 64 * page, in: &memory) == 2)
    #expect(try host.clean(GuestPhysical(0), bytes: 64 * page, in: &memory) == 0)
    #expect(try host.age(GuestPhysical(3 * page), bytes: page, in: &memory) == 1)
    #expect(try host.age(GuestPhysical(0), bytes: 64 * page, in: &memory) == 2)
    #expect(host.page(at: GuestPhysical(page), in: memory)?.attributes.isAccessed == false)
    // A clean page still has its right to write.
    #expect(
      try walk(guest: nil, host: host.root, 3 * page, .write, setsFlags: true, in: &memory) != nil)
    #expect(try host.clean(GuestPhysical(0), bytes: 64 * page, in: &memory) == 1)
  }

  @Test(
    "A guest's tables are built in scattered memory",
    arguments: GuestFormat.allCases, HostFormat.allCases)
  func nested(_ guestFormat: GuestFormat, _ hostFormat: HostFormat) throws {
    guard guestFormat.isa == hostFormat.isa else { return }
    let arena: UInt64 = 1 << 20
    var memory = try PhysicalMemory(bytes: 8 << 20)
    var host = try HostTables(hostFormat, at: HostPhysical(0), bytes: 4 << 20, in: &memory)
    let hostPage = host.root.shape.pageSizes[0]
    // The guest's tables lie in pages that are strewn from the end backwards.
    for start in (0..<arena / hostPage as Range<UInt64>) {
      try host.map(
        GuestPhysical(start * hostPage), bytes: hostPage,
        to: HostPhysical(5 << 20 - (start + 1) * hostPage), .readWrite, pageBytes: hostPage,
        in: &memory)
    }
    let data = GuestPhysical(1 << 30)
    try host.map(data, bytes: 1 << 20, to: HostPhysical(6 << 20), .readWriteExecute, in: &memory)
    var guest = try GuestTables(
      guestFormat, at: GuestPhysical(0), bytes: arena, placed: .through(host.root), in: &memory)
    let guestPage = guest.root.shape.pageSizes[0]
    let block = guest.root.shape.pageSizes[1]
    let first = GuestVirtual(block - 4 * guestPage)
    try guest.map(
      first, bytes: 8 * guestPage, to: data, .readWrite, pageBytes: guestPage, in: &memory)

    for number in 0..<8 as Range<UInt64> {
      let offset = number * guestPage + 0x48
      let found = try walk(
        guest: guest.root, host: host.root, first.value + offset, .write, in: &memory)
      #expect(found?.hostPhysical == HostPhysical(6 << 20 + offset))
      #expect(found?.guestPageBytes == guestPage)
      #expect(guest.page(at: first + offset, in: memory)?.address == data + offset)
    }
    // V3: with all pages at the last level, g and h levels take (g+1)(h+1)-1 reads.
    let found = try walk(guest: guest.root, host: host.root, first.value, .read, in: &memory)
    let last =
      host.page(at: data, in: memory).map { host.root.shape.levels - $0.level } ?? 0
    let levels = (guest: guest.root.shape.levels, host: host.root.shape.levels)
    #expect(found?.reads == levels.guest * (levels.host + 1) + last)

    // The tables are freed where they lie.
    try guest.unmap(first, bytes: 8 * guestPage, in: &memory)
    #expect(guest.dump(in: memory).hasSuffix("0-\(guest.root.shape.rootEntries - 1): 0"))
  }

  @Test("A hypervisor that is itself a guest has its tables in its own guest-physical memory")
  func nestedHypervisor() throws {
    var memory = try PhysicalMemory(bytes: 4 << 20)
    // The machine of the hypervisor inside, strewn from the end backwards.
    var outer = try HostTables(.ept4, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
    for page in 0..<256 as Range<UInt64> {
      try outer.map(
        GuestPhysical(page << 12), bytes: 0x1000, to: HostPhysical(0x20_0000 + (255 - page) << 12),
        .readWrite, in: &memory)
    }
    // What is host-physical to it is guest-physical to the one outside.
    var inner = try HostTables(
      .ept4, at: HostPhysical(0), bytes: 0x2_0000, placed: .through(outer.root), in: &memory)
    try inner.map(
      GuestPhysical(0x7000), bytes: 0x1_0000, to: HostPhysical(0x3_3000), .readWrite, in: &memory)
    var guest = try GuestTables(
      .x86Level4, at: GuestPhysical(0x7000), bytes: 0x1_0000, placed: .through(inner.root),
      in: &memory)
    try guest.map(
      GuestVirtual(0x5000), bytes: 0x1000, to: GuestPhysical(0x8000), .readOnly, in: &memory)

    #expect(
      guest.page(at: GuestVirtual(0x5008), in: memory)?.address == GuestPhysical(0x8008))
    let place = inner.page(at: guest.root.address, in: memory)?.address
    #expect(place == HostPhysical(0x3_3000))
    let host = outer.page(at: GuestPhysical(0x3_3000), in: memory)?.address
    #expect(host == HostPhysical(0x20_0000 + (255 - 0x33) << 12))
    #expect(host.flatMap { memory.word(at: $0) } == 0x8027)
  }
}

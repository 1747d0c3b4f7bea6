import Testing

@testable import Paging

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

  @Test("A guest without a second stage walks its own tables only", arguments: [4, 5])
  func guestAlone(levels: Int) throws {
    var memory = try PhysicalMemory(bytes: 0x10_0000)
    for level in 1..<levels {
      memory.store(UInt64(level + 1) << 12 | 0x27, at: HostPhysical(UInt64(level) << 12))
    }
    memory.store(0x8027, at: HostPhysical(UInt64(levels) << 12 + 7 * 8))
    var registers = X86Registers()
    registers.cr0 = 0x8001_0001
    registers.cr3 = 0x1000
    registers.cr4 = levels == 5 ? 0x1020 : 0x20
    registers.efer = 0x500
    let processor = try X86Processor(registers)
    let found = try processor.translate(GuestVirtual(0x7010), .write, in: &memory)
    #expect(found.hostPhysical == HostPhysical(0x8010))
    #expect(found.reads == levels)
    #expect(found.updates == 1)
    #expect(found.hostPageBytes == nil)
    #expect(memory.word(at: HostPhysical(UInt64(levels) << 12 + 7 * 8)) == 0x8067)
  }

  @Test("An address that is not canonical is a general-protection exception without a walk")
  func notCanonical() throws {
    var example = try X86Example.ept()
    // SDM 3A 3.3.7.1: with 4 levels bits 63:47 are copies of each other, with 5 levels bits 63:56.
    for address in [0x0000_8000_0000_0000, 0xffff_7fff_ffff_ffff, 1 << 63] as [UInt64] {
      guard case .failure(let failure) = try example.translate(.write, at: GuestVirtual(address))
      else {
        Issue.record("0x\(String(address, radix: 16)) went through")
        continue
      }
      #expect(failure.stage == .first)
      #expect(failure.level == nil)
      #expect(failure.cause == .missing)
      let report = try example.report(.write, at: GuestVirtual(address))
      #expect(report?.kind == "general-protection")
      #expect(
        report?.fields
          == [ReportField("vector", 13, isNumber: true), ReportField("error_code", 0)])
    }
    // The last canonical addresses of both halves are merely not present.
    for address in [0x0000_7fff_ffff_ffff, 0xffff_8000_0000_0000] as [UInt64] {
      #expect(try example.report(.read, at: GuestVirtual(address))?.kind == "page-fault")
    }
    var wider = try X86Example.ept(guestLevels: 5)
    let report = try wider.report(.read, at: GuestVirtual(0x0000_8000_0000_0000))
    #expect(report?.kind == "page-fault")
    let beyond = try wider.report(.read, at: GuestVirtual(0x0100_0000_0000_0000))
    #expect(beyond?.kind == "general-protection")
  }

  @Test("Without paging a linear address of 32 bits is the guest-physical one")
  func withoutPaging() throws {
    var example = try X86Example.ept()
    example.registers.cr0 = 1
    example.registers.efer = 0
    let found = try example.translate(.write, at: GuestVirtual(0x1_0000_8010)).get()
    #expect(found.guestPhysical == GuestPhysical(0x8010))
    #expect(found.hostPhysical == HostPhysical(0x20_8010))
    #expect(found.reads == 4)
    #expect(found.guestPageBytes == nil)
  }

  @Test("Without paging every address is a user-mode one that can be written and executed")
  func withoutPagingModeBased() throws {
    var example = try X86Example.ept()
    example.registers.cr0 = 1
    example.registers.efer = 0
    example.registers.secondaryControls = 1 << 22
    example.registers.ia32VMXEPTVPIDCap |= 1 << 22
    // The leaf allows fetches from supervisor-mode addresses (X) and not from user-mode ones (XU).
    let report = try example.report(.fetch, at: GuestVirtual(0x8000))
    guard case .eptViolation(let exit) = report else {
      Issue.record("\(String(describing: report))")
      return
    }
    // Fetch; readable, writable, executable; linear valid, final; user, read/write, not XD.
    #expect(exit.exitQualification == 0b0111_1011_1100)
    #expect(exit.definedQualification == ~(1 << 12))
  }

  @Test("Mode-based execute control goes by the address's mode, not the program's")
  func modeBased() throws {
    var example = try X86Example.ept()
    example.registers.secondaryControls = 1 << 22
    // The guest's page is a user-mode one, so even a supervisor's fetch needs XU.
    for privilege in Access.Privilege.allCases {
      guard case .eptViolation(let exit) = try example.report(Access(.fetch, privilege)) else {
        Issue.record("no violation")
        return
      }
      #expect(exit.exitQualification & 0x1ff == 0b1_1011_1100)
      #expect(exit.definedQualification == ~(1 << 12 | 7 << 9) as UInt64)
    }
    example.setHostLeaf(8, 0x20_8000 | 0x733)  // XU without X
    #expect(try example.translate(.fetch).get().hostPhysical == HostPhysical(0x20_8008))
    // As a supervisor-mode page it needs X.
    example.setGuestLeaf(0x8063)
    guard case .eptViolation(let exit) = try example.report(.fetch) else {
      Issue.record("no violation")
      return
    }
    #expect(exit.exitQualification & 0x1ff == 0b1_1101_1100)
  }

  @Test("A guest-physical address that the second stage is too short for")
  func tooWide() throws {
    var example = try X86Example.ept()
    example.setGuestLeaf(1 << 48 | 0x67)
    guard case .failure(let failure) = try example.translate(.read) else {
      Issue.record("went through")
      return
    }
    #expect(failure.reason == .addressTooWide)
    #expect(failure.level == nil)
    guard case .eptViolation(let exit) = try example.report(.read) else {
      Issue.record("no violation")
      return
    }
    #expect(exit.exitQualification == 0b1_1000_0001)
    #expect(exit.guestPhysical == GuestPhysical(1 << 48 | 8))

    var nested = try X86Example.nested()
    nested.setGuestLeaf(1 << 48 | 0x67)
    guard case .nestedPageFault(let fault) = try nested.report(.read) else {
      Issue.record("no fault")
      return
    }
    #expect(fault.exitInfo1 == 1 << 32 | 1 << 2)

    var longer = try X86Example.ept(hostLevels: 5)
    longer.setGuestLeaf(1 << 48 | 0x67)
    guard case .failure(let missing) = try longer.translate(.read) else {
      Issue.record("went through")
      return
    }
    #expect(missing.reason == .notPresent)
    #expect(missing.level == 4)
  }

  @Test("Without flags in EPT, setting one in a guest table is a write that can fail at each level")
  func updateFails() throws {
    for level in 0..<4 {
      var example = try X86Example.ept()
      example.registers.eptp = 0x101e
      let page = UInt64(4 - level)
      example.setHostLeaf(Int(page), 0x20_0000 + page << 12 | 0x31)  // read-only
      example.clearGuestFlags()
      guard case .failure(let failure) = try example.translate(.read) else {
        Issue.record("went through")
        continue
      }
      #expect(failure.context == .tableUpdate)
      #expect(failure.made == .write)
      #expect(failure.asked == .read)
      #expect(failure.guestLevel == level)
      guard case .eptViolation(let exit) = try example.report(.read) else {
        Issue.record("no violation")
        continue
      }
      // A write, of which bit 0 leaves open whether it was a read too; readable; linear valid.
      #expect(exit.exitQualification == 0b1000_1010)
      #expect(exit.definedQualification & 0xfff == 0b0001_1011_1110)
      // With its flags set the same walk goes through.
      example.setGuestFlags()
      #expect(try example.translate(.read).get().updates == 0)
    }
  }

  @Test("With flags in EPT, guest tables that are only walked become dirty")
  func tablesBecomeDirty() throws {
    var example = try X86Example.ept()
    for page in 1...8 { example.setHostLeaf(page, 0x20_0000 + UInt64(page) << 12 | 0x37) }
    #expect(try example.translate(.read).get().updates == 5)
    for page in 1...4 {
      #expect(example.hostLeaf(page) == 0x20_0000 + UInt64(page) << 12 | 0x337)
    }
    // The page itself is only read.
    #expect(example.hostLeaf(8) == 0x20_8137)
  }

  @Test("A table in EPT that can't be written stops the walk as a read and a write")
  func tableReadOnly() throws {
    var example = try X86Example.ept()
    example.setHostLeaf(3, 0x20_3000 | 0x335)
    guard case .eptViolation(let exit) = try example.report(.fetch) else {
      Issue.record("no violation")
      return
    }
    #expect(exit.exitQualification == 0b1010_1011)
    #expect(exit.guestPhysical == GuestPhysical(0x3000))
    #expect(exit.guestLinear == X86Example.linear)
  }

  @Test("A misconfiguration wins over the rights of the entries above it")
  func misconfigurationWins() throws {
    var example = try X86Example.ept()
    example.memory.store(0x2101, at: HostPhysical(0x1000))  // the root's entry allows only reads
    example.setHostLeaf(4, 0x20_4000 | 0x33f)  // memory type 7
    guard case .failure(let failure) = try example.translate(.read) else {
      Issue.record("went through")
      return
    }
    // Already the root table's page can't be written, which its read with flags needs.
    #expect(failure.reason == .permission)
    example.setHostLeaf(1, 0x20_1000 | 0x33f)
    guard case .eptMisconfiguration(let exit) = try example.report(.read) else {
      Issue.record("no misconfiguration")
      return
    }
    #expect(exit.cause == .memoryType(7))
    #expect(exit.guestPhysical == GuestPhysical(0x1000))
  }

  @Test("Accessed flags of a walk that a later entry stops")
  func accessedFlags() throws {
    for choice in AccessedFlags.allCases {
      var example = try X86Example.ept()
      example.registers.accessedFlags = choice
      example.clearGuestFlags()
      example.setGuestLeaf(0x8006)
      #expect(try example.report(.read)?.kind == "page-fault")
      for level in 1..<4 {
        let accessed = example.guestEntry(level) & 1 << 5 != 0
        #expect(accessed == (choice == .eachLevel))
      }
    }
  }

  @Test("I/D tells of a fetch where NXE or SMEP is set")
  func fetchFlag() throws {
    for (noExecute, smep) in [(false, false), (true, false), (false, true), (true, true)] {
      var example = try X86Example.ept()
      example.registers.efer = noExecute ? 0xd00 : 0x500
      if smep { example.registers.cr4 |= 1 << 20 }
      example.setGuestLeaf(0)
      guard case .x86Exception(let fault) = try example.report(Access(.fetch, .user)) else {
        Issue.record("no page fault")
        return
      }
      #expect(fault.errorCode == (noExecute || smep ? 0x14 : 0x4))
      #expect(fault.cr2 == X86Example.linear.value)
    }
  }

  @Test("G in the upper levels is reserved on AMD and ignored on Intel")
  func globalAbove() throws {
    var intel = try X86Example.ept()
    intel.setGuestEntry(3, intel.guestEntry(3) | 1 << 8)
    #expect(try intel.translate(.read).get().reads == 24)
    var amd = try X86Example.nested()
    amd.setGuestEntry(3, amd.guestEntry(3) | 1 << 8)
    guard case .x86Exception(let fault) = try amd.report(.read) else {
      Issue.record("no page fault")
      return
    }
    #expect(fault.errorCode == 0b1001)
    // Below, AMD ignores it too.
    amd = try X86Example.nested()
    amd.setGuestEntry(2, amd.guestEntry(2) | 1 << 8)
    #expect(try amd.translate(.read).get().reads == 24)
  }

  @Test("A table where the machine has no memory")
  func absentMemory() throws {
    var example = try X86Example.ept()
    example.setHostLeaf(3, 0x7f_0000 | 0x337)
    guard case .failure(let failure) = try example.translate(.read) else {
      Issue.record("went through")
      return
    }
    #expect(failure.reason == .absentMemory)
    #expect(failure.absentPlace == HostPhysical(0x7f_0000))
    #expect(try example.report(.read)?.kind == "absent-memory")
  }

  @Test("The reports in words")
  func words() throws {
    var example = try X86Example.ept()
    #expect(
      try example.report(.write, at: GuestVirtual(0x8000_0000_0000))?.words
        == "general-protection exception (vector 13): 0x800000000000 is not canonical")
    example.setHostLeaf(8, 0x20_8000 | 0x335)
    #expect(
      try example.report(.write)?.words
        == "EPT violation (exit reason 48, qualification 0x1aa): write at guest-physical 0x8008 for"
        + " linear 0x7008; the EPT entries allow reads, fetches")
    example.setHostLeaf(4, 0x20_4000 | 0x335)
    #expect(
      try example.report(.fetch)?.words
        == "EPT violation (exit reason 48, qualification 0xab): read of a guest table (counted as a"
        + " write) at guest-physical 0x4038 for linear 0x7008; the EPT entries allow reads, fetches"
    )
    example.setHostLeaf(4, 0x20_4000 | 0x336)
    #expect(
      try example.report(.read)?.words
        == "EPT misconfiguration (exit reason 49) at guest-physical 0x4038: the entry 0x204336 of"
        + " level 1 allows writes without reads")
    example.setHostLeaf(4, 0x20_4000 | 0x337)
    example.setGuestLeaf(0x8005)
    #expect(
      try example.report(Access(.write, .user))?.words
        == "page fault (vector 14, error code 0x7): user write of 0x7008, the guest's entries do not"
        + " allow it")
    var nested = try X86Example.nested()
    nested.setHostLeaf(2, 0)
    #expect(
      try nested.report(.read)?.words
        == "nested page fault (exit code 0x400, EXITINFO1 0x200000006): walk of a guest table (counted"
        + " as a user write) at guest-physical 0x2000 for linear 0x7008, a nested entry is not present"
    )
  }
}

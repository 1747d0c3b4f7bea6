// Intel SDM volume 3A (the edition of 2023), chapter 4 "Paging"; volume 3C, section 29.3 "The Extended
// Page Table Mechanism (EPT)"; AMD64 APM volume 2, section 15.25 "Nested Paging".

/// An x86-64 processor that runs a guest: in long mode, or without paging.
public struct X86Processor: Processor, ~Copyable {
  /// What translates guest-physical addresses.
  private enum Host {
    case none
    case ept
    case nested
  }

  /// The registers in force.
  public private(set) var registers: X86Registers
  private var guest: Stage<X86Rules>
  private var ept: Stage<EPTRules>
  private var nested: Stage<X86Rules>
  private var host = Host.none
  private var exitFacts: X86ExitFacts
  /// What the caches know the registers by.
  private(set) var tags = TranslationTags.none

  /// A processor with these registers.
  public init(_ registers: X86Registers) throws(RegisterError) {
    self.registers = registers
    exitFacts = X86ExitFacts(registers)
    guest = Stage(StageGeometry(), rules: X86Rules())
    ept = Stage(StageGeometry(), rules: EPTRules())
    nested = Stage(StageGeometry(), rules: X86Rules(isNested: true))
    try set(registers)
  }

  /// Takes over new registers; on an error the old ones stay.
  public mutating func set(_ new: X86Registers) throws(RegisterError) {
    try new.check()
    registers = new
    exitFacts = X86ExitFacts(new)
    tags = new.translationTags
    host = new.eptp != nil ? .ept : new.ncr3 != nil ? .nested : .none
    var geometry = Self.geometry(new.guestLevels, root: new.cr3, new)
    guest.set(
      geometry,
      rules: X86Rules(
        physicalBits: new.maxphyaddr, hasNoExecute: new.hasNoExecute,
        hasGlobalPages: Bits(7).isSet(in: new.cr4),
        protectsFromSupervisor: Bits(16).isSet(in: new.cr0),
        preventsSupervisorExecution: new.hasSMEP,
        // RFLAGS.AC lets explicit accesses through.
        preventsSupervisorAccess: Bits(21).isSet(in: new.cr4) && !Bits(18).isSet(in: new.rflags),
        userKeys: Bits(22).isSet(in: new.cr4) ? new.pkru : nil,
        supervisorKeys: Bits(24).isSet(in: new.cr4) ? new.ia32PKRS : nil,
        reservesGlobalAbove: host == .nested))
    if let eptp = new.eptp {
      let hasFlags = Bits(6).isSet(in: eptp)
      geometry = Self.geometry(Int(Bits(3...5).of(eptp)) + 1, root: eptp, new)
      // 29.3.3.2: with accessed and dirty flags, "processor accesses to guest paging-structure
      // entries are treated as writes"; without them a read is a read, and setting a flag a write.
      if hasFlags { geometry.tableRead = WalkAccess(.write, .supervisor, .tableRead) }
      let offers = { (bit: UInt64) in new.ia32VMXEPTVPIDCap & 1 << bit != 0 }
      ept.set(
        geometry,
        rules: EPTRules(
          physicalBits: new.maxphyaddr, offersExecuteOnly: offers(0), offers2M: offers(16),
          offers1G: offers(17), hasFlags: hasFlags, isModeBased: new.hasModeBasedExecute))
    }
    if let ncr3 = new.ncr3 {
      geometry = Self.geometry(new.hostCR4 & 1 << 12 != 0 ? 5 : 4, root: ncr3, new)
      // 15.25.5: a walk of guest tables counts as a user's write, whatever the access. Setting a flag
      // there needs no more than that.
      geometry.tableRead = WalkAccess(.write, .user, .tableRead)
      geometry.tableUpdate = WalkAccess(.write, .user, .tableUpdate)
      // CR0.WP, SMEP, SMAP and the keys of the host are about supervisors and about linear
      // addresses: every access here is a user's.
      nested.set(
        geometry,
        rules: X86Rules(
          isNested: true, physicalBits: new.maxphyaddr,
          hasNoExecute: Bits(11).isSet(in: new.hostEFER), reservesGlobalAbove: true))
    }
  }

  private static func geometry(
    _ levels: Int, root: UInt64, _ registers: X86Registers
  ) -> StageGeometry {
    var geometry = StageGeometry()
    guard levels > 0 else { return geometry }
    geometry.root = X86Format.address(root)
    geometry.topLevel = levels - 1
    geometry.topShift = X86Format.pageShift + X86Format.indexBits * UInt64(levels - 1)
    geometry.inputBits = geometry.topShift + X86Format.indexBits
    geometry.defersUpdates = registers.accessedFlags == .onSuccess
    return geometry
  }

  /// Translates one access.
  public func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> Translation {
    var context = WalkContext(memory: memory.handle)
    var observer = NoObserver()
    do {
      let arrival = try walk(address, WalkAccess(access), NoCaches(), &context, &observer)
      return context.translation(arrival)
    } catch {
      throw context.failure(of: address, access)
    }
  }

  /// Translates one access under the eyes of an observer.
  @specialized(where Observer == WalkCounter)
  @specialized(where Observer == WalkTrace)
  public func translate<Observer: WalkObserver>(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    observer: inout Observer
  ) throws(WalkFailure) -> Translation {
    observer.start(address, access)
    var context = WalkContext(memory: memory.handle)
    do {
      let arrival = try walk(address, WalkAccess(access), NoCaches(), &context, &observer)
      let translation = context.translation(arrival)
      observer.succeed(translation)
      return translation
    } catch {
      let failure = context.failure(of: address, access)
      observer.fail(failure)
      throw failure
    }
  }

  /// The name of a linear address in the caches.
  func linearKey(_ address: GuestVirtual) -> UInt64 {
    let unused = 64 - guest.view.geometry.inputBits
    return registers.hasPaging ? (address.value << unused) >> unused : address.value
  }

  /// The name of an address in the caches, if nothing about the access has to be looked at first.
  @inline(__always)
  func plainKey(_ address: GuestVirtual) -> UInt64? {
    let unused = 64 &- guest.view.geometry.inputBits
    let extended = UInt64(
      bitPattern: Int64(bitPattern: address.value &<< unused) &>> Int64(truncatingIfNeeded: unused))
    guard extended == address.value, registers.hasPaging else { return nil }
    return (address.value &<< unused) &>> unused
  }

  /// One switch a translation: every arm is a walk specialised for its formats.
  @inline(__always)
  func walk<Observer: WalkObserver, Caches: WalkCaches>(
    _ address: GuestVirtual, _ access: WalkAccess, _ caches: Caches,
    _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) -> WalkArrival {
    typealias GuestOff = Untranslated<X86Rules>
    typealias HostOff = Untranslated<EPTRules>
    guard registers.hasPaging else {
      let linear = registers.linear(address).value
      // Table 28-7, bit 9: "If CR0.PG = 0, the translation of every linear address is a user-mode
      // linear address".
      let access = access.with(.user)
      let caches = caches.at(linear)
      switch host {
      case .none:
        return try nestedWalk(
          GuestOff.self, HostOff.self, linear, access, guest.view, ept.view, caches, &context,
          &observer)
      case .ept:
        return try nestedWalk(
          GuestOff.self, EPTFormat.self, linear, access, guest.view, ept.view, caches, &context,
          &observer)
      case .nested:
        return try nestedWalk(
          GuestOff.self, X86Format.self, linear, access, guest.view, nested.view, caches, &context,
          &observer)
      }
    }

    // 3.3.7.1: a canonical address has copies of its highest translated bit above it.
    let unused = 64 &- guest.view.geometry.inputBits
    let extended = UInt64(
      bitPattern: Int64(bitPattern: address.value &<< unused) &>> Int64(truncatingIfNeeded: unused))
    guard extended == address.value else {
      throw context.stop(StageFailure(stage: .first, reason: .notCanonical, made: access.kind))
    }
    let linear = (address.value &<< unused) &>> unused
    let caches = caches.at(linear)
    switch host {
    case .none:
      return try nestedWalk(
        X86Format.self, HostOff.self, linear, access, guest.view, ept.view, caches, &context,
        &observer)
    case .ept:
      return try nestedWalk(
        X86Format.self, EPTFormat.self, linear, access, guest.view, ept.view, caches, &context,
        &observer)
    case .nested:
      return try nestedWalk(
        X86Format.self, X86Format.self, linear, access, guest.view, nested.view, caches, &context,
        &observer)
    }
  }

  /// The format of the guest's tables; nothing without paging.
  public func guestFormat(for address: GuestVirtual) -> GuestFormat? {
    switch registers.guestLevels {
    case 0: nil
    case 4: .x86Level4
    default: .x86Level5
    }
  }

  /// The format of the second stage; nothing where there is none.
  public var hostFormat: HostFormat? {
    switch host {
    case .none: nil
    case .ept: ept.view.geometry.topLevel == 3 ? .ept4 : .ept5
    case .nested: nested.view.geometry.topLevel == 3 ? .npt4 : .npt5
    }
  }

  /// The exception or VM exit that a failure raises.
  public func report(_ failure: WalkFailure) -> FaultReport { told(failure) }

  /// The same where the processor lies: a method that changes nothing would work on a copy of it.
  @inline(__always)
  mutating func toldInPlace(_ failure: WalkFailure) -> FaultReport {
    if failure.stage == .second, failure.reason != .absentMemory {
      switch host {
      case .ept:
        if failure.reason != .reserved { return .eptViolation(EPTViolation(failure, exitFacts)) }
      case .nested: return .nestedPageFault(NestedPageFault(failure, exitFacts))
      case .none: break
      }
    }
    return told(failure)
  }

  @inline(never)
  private func told(_ failure: WalkFailure) -> FaultReport {
    if failure.reason == .absentMemory { return .absentMemory(AbsentMemory(failure)) }
    if failure.stage == .first { return .x86Exception(X86Exception(failure, registers)) }
    if registers.ncr3 != nil { return .nestedPageFault(NestedPageFault(failure, exitFacts)) }
    if failure.reason == .reserved {
      return .eptMisconfiguration(EPTMisconfiguration(failure, ept.view.rules))
    }
    return .eptViolation(EPTViolation(failure, exitFacts))
  }
}

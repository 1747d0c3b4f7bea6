// RISC-V privileged architecture: "Virtual Address Translation Process", "Two-Stage Address
// Translation", and the envcfg CSRs.

/// A RISC-V hart in VS-mode or VU-mode.
public struct RISCVProcessor: Processor, ~Copyable {
  /// The mode of vsatp or hgatp that this hart is in.
  private enum Mode: UInt64 {
    case bare = 0
    case sv39 = 8
    case sv48 = 9
    case sv57 = 10

    var levels: Int {
      switch self {
      case .bare: 0
      case .sv39: 3
      case .sv48: 4
      case .sv57: 5
      }
    }
  }

  /// The registers in force.
  public private(set) var registers: RISCVRegisters
  private var guest: Stage<RISCVRules>
  private var host: Stage<RISCVRules>
  private var guestMode = Mode.bare
  private var hostMode = Mode.bare
  /// What the caches know the registers by.
  private(set) var tags = TranslationTags.none

  /// A hart with these registers.
  public init(_ registers: RISCVRegisters) throws(RegisterError) {
    self.registers = registers
    guest = Stage(StageGeometry(), rules: RISCVRules(isGStage: false))
    host = Stage(StageGeometry(), rules: RISCVRules(isGStage: true))
    try set(registers)
  }

  /// Takes over new registers; on an error the old ones stay.
  public mutating func set(_ new: RISCVRegisters) throws(RegisterError) {
    guard let guestMode = Mode(rawValue: new.vsatp >> 60) else {
      throw RegisterError("vsatp", new.vsatp, "its mode is none of Bare, Sv39, Sv48 and Sv57")
    }
    guard let hostMode = Mode(rawValue: new.hgatp >> 60) else {
      throw RegisterError("hgatp", new.hgatp, "its mode is none of Bare, Sv39x4, Sv48x4 and Sv57x4")
    }
    try new.check()
    self.guestMode = guestMode
    self.hostMode = hostMode
    registers = new
    tags = new.translationTags
    let hostReadable = Bits(19).isSet(in: new.sstatus)
    // "If menvcfg.ADUE is zero, henvcfg.ADUE is read-only zero"; so it is with PBMTE.
    let adue = Bits(61).mask
    let pbmte = Bits(62).mask
    guest.set(
      Self.geometry(guestMode, root: Bits(0...43).of(new.vsatp) << 12, extraBits: 0),
      rules: RISCVRules(
        isGStage: false, supervisorUsesUserPages: Bits(18).isSet(in: new.vsstatus),
        executableIsReadable: Bits(19).isSet(in: new.vsstatus) || hostReadable,
        updatesFlags: new.menvcfg & new.henvcfg & adue != 0,
        hasMemoryTypes: new.menvcfg & new.henvcfg & pbmte != 0))
    host.set(
      // "the lowest two bits of the PPN in hgatp always read as zeros": the root is 16 KiB.
      Self.geometry(hostMode, root: Bits(2...43).of(new.hgatp) << 14, extraBits: 2),
      rules: RISCVRules(
        isGStage: true, executableIsReadable: hostReadable, updatesFlags: new.menvcfg & adue != 0,
        hasMemoryTypes: new.menvcfg & pbmte != 0))
  }

  private static func geometry(_ mode: Mode, root: UInt64, extraBits: UInt64) -> StageGeometry {
    var geometry = StageGeometry()
    guard mode != .bare else { return geometry }
    geometry.root = root
    geometry.topLevel = mode.levels - 1
    geometry.topShift = RISCVFormat.pageShift + RISCVFormat.indexBits * UInt64(mode.levels - 1)
    geometry.inputBits = geometry.topShift + RISCVFormat.indexBits + extraBits
    return geometry
  }

  /// Translates one access.
  public func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> Translation {
    var context = WalkContext(memory: memory.handle)
    var observer = NoObserver()
    do {
      let arrival = try walk(address.value, WalkAccess(access), NoCaches(), &context, &observer)
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
      let arrival = try walk(address.value, WalkAccess(access), NoCaches(), &context, &observer)
      let translation = context.translation(arrival)
      observer.succeed(translation)
      return translation
    } catch {
      let failure = context.failure(of: address, access)
      observer.fail(failure)
      throw failure
    }
  }

  /// The name of an address in the caches, if nothing about the access has to be looked at first.
  @inline(__always)
  func plainKey(_ address: UInt64) -> UInt64? {
    let unused = 64 &- guest.view.geometry.inputBits
    let extended = UInt64(
      bitPattern: Int64(bitPattern: address &<< unused) &>> Int64(truncatingIfNeeded: unused))
    guard extended == address, guestMode != .bare else { return nil }
    return address & (1 &<< CacheTag.addressBits &- 1)
  }

  /// One switch a translation: every arm is a walk specialised for its formats.
  @inline(__always)
  func walk<Observer: WalkObserver, Caches: WalkCaches>(
    _ address: UInt64, _ access: WalkAccess, _ caches: Caches, _ context: inout WalkContext,
    _ observer: inout Observer
  ) throws(WalkStopped) -> WalkArrival {
    typealias Off = Untranslated<RISCVRules>
    if guestMode != .bare {
      // "must have bits 63–39 all equal to bit 38, or else a page-fault exception will occur".
      let unused = 64 &- guest.view.geometry.inputBits
      let extended = UInt64(
        bitPattern: Int64(bitPattern: address &<< unused) &>> Int64(truncatingIfNeeded: unused))
      guard extended == address else {
        throw context.stop(
          StageFailure(stage: .first, reason: .addressTooWide, made: access.kind))
      }
    }
    // An address that no cache could name fails at stage 2; nobody is to know of it.
    let isNamed = guestMode != .bare || address >> CacheTag.addressBits == 0
    let caches = isNamed ? caches.at(address) : caches.at(address).quiet
    switch (guestMode == .bare, hostMode == .bare) {
    case (false, false):
      return try nestedWalk(
        RISCVFormat.self, RISCVFormat.self, address, access, guest.view, host.view, caches,
        &context,
        &observer)
    case (false, true):
      return try nestedWalk(
        RISCVFormat.self, Off.self, address, access, guest.view, host.view, caches, &context,
        &observer)
    case (true, false):
      return try nestedWalk(
        Off.self, RISCVFormat.self, address, access, guest.view, host.view, caches, &context,
        &observer)
    case (true, true):
      return try nestedWalk(
        Off.self, Off.self, address, access, guest.view, host.view, caches, &context,
        &observer)
    }
  }

  /// The format of the VS-stage; nothing where it is bare.
  public func guestFormat(for address: GuestVirtual) -> GuestFormat? {
    switch guestMode {
    case .bare: nil
    case .sv39: .sv39
    case .sv48: .sv48
    case .sv57: .sv57
    }
  }

  /// The format of the G-stage; nothing where it is bare.
  public var hostFormat: HostFormat? {
    switch hostMode {
    case .bare: nil
    case .sv39: .sv39x4
    case .sv48: .sv48x4
    case .sv57: .sv57x4
    }
  }

  /// The trap that a failure raises.
  public func report(_ failure: WalkFailure) -> FaultReport { .riscvTrap(RISCVTrap(failure)) }
}

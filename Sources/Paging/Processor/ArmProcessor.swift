// Arm ARM (DDI 0487) D8, "The AArch64 Virtual Memory System Architecture", and the pseudocode
// functions AArch64.S1Translate and AArch64.S2Translate, whose names stand beside their steps.

/// An AArch64 PE at EL1 or EL0, below a hypervisor at EL2.
///
/// It is Non-secure and has FEAT_HAFDBS, FEAT_HPDS, FEAT_PAN3, FEAT_XNX, FEAT_TTST, FEAT_E0PD and
/// FEAT_S2FWB. What it does not have is refused by name when the registers ask for it.
public struct ArmProcessor: Processor, ~Copyable {
  /// The registers in force.
  public private(set) var registers: ArmRegisters
  private var lowerStage = Stage(StageGeometry(), rules: ArmStage1Rules())
  private var upperStage = Stage(StageGeometry(), rules: ArmStage1Rules())
  private var hostStage = Stage(StageGeometry(), rules: ArmStage2Rules())
  private var hostTables = ArmTables.off
  /// Why stage 2 stops every access that it is asked for, if it does.
  private var hostRefusal: WalkFailure.Reason?
  private var stage1IsOn = false
  /// What the caches know the registers by.
  private(set) var tags = TranslationTags.none

  /// A PE with these registers.
  public init(_ registers: ArmRegisters) throws(RegisterError) {
    self.registers = registers
    try set(registers)
  }

  /// Takes over new registers; on an error the old ones stay.
  public mutating func set(_ new: ArmRegisters) throws(RegisterError) {
    try new.checkFeatures()
    let size = try ArmAddressSize(idAA64MMFR0EL1: new.idAA64MMFR0EL1)
    var lower = try ArmStage1Setup(.lower, new, size)
    var upper = try ArmStage1Setup(.upper, new, size)
    let host = try ArmStage2Setup(new, size)
    if host.refusal != nil {
      lower.rules.half.isIrregular = true
      upper.rules.half.isIrregular = true
    }
    registers = new
    tags = new.translationTags
    stage1IsOn = new.stage1IsOn
    lowerStage.set(lower.geometry, rules: lower.rules)
    upperStage.set(upper.geometry, rules: upper.rules)
    hostStage.set(host.geometry, rules: host.rules)
    hostTables = host.tables
    hostRefusal = host.refusal
  }

  /// Translates one access.
  ///
  /// An access of kind `hlvx` is a read, and so is a fetch by an address translation instruction.
  public func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> Translation {
    var context = WalkContext(memory: memory.handle)
    var observer = NoObserver()
    do {
      let arrival = try walk(address.value, walkAccess(access), NoCaches(), &context, &observer)
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
      let arrival = try walk(address.value, walkAccess(access), NoCaches(), &context, &observer)
      let translation = context.translation(arrival)
      observer.succeed(translation)
      return translation
    } catch {
      let failure = context.failure(of: address, access)
      observer.fail(failure)
      throw failure
    }
  }

  /// The access as the walk sees it.
  @inline(__always)
  func walkAccess(_ access: Access) -> WalkAccess {
    if access.isAddressTranslation {
      return WalkAccess(access.kind == .write ? .write : .read, access.privilege, .probe)
    }
    if access.instruction != nil { return walkAccess(ofInstruction: access) }
    return WalkAccess(access.kind == .hlvx ? .read : access.kind, access.privilege)
  }

  /// LDTR, STTR and their kin have the rights of EL0, unless PSTATE.UAO is set.
  @inline(never)
  private func walkAccess(ofInstruction access: Access) -> WalkAccess {
    let isUnprivileged =
      access.kind != .fetch && !Bits(23).isSet(in: registers.pstate)
      && ArmLoadStore(access.instruction)?.isUnprivileged == true
    let kind = access.kind == .hlvx ? .read : access.kind
    return WalkAccess(kind, isUnprivileged ? .user : access.privilege)
  }

  /// The name of an address in the caches: bit 55 tells the halves apart.
  @inline(__always)
  private func key(_ input: UInt64, of address: UInt64) -> UInt64 { input | address & 1 << 55 }

  /// The name in the caches of the address that a TLBI instruction is about.
  func maintenanceKey(_ address: UInt64) -> UInt64 {
    let view = address & 1 << 55 == 0 ? lowerStage.view : upperStage.view
    return key(address & (1 << view.rules.half.inputBits - 1), of: address)
  }

  /// The name of an address in the caches, if nothing about the access has to be looked at first.
  @inline(__always)
  func plainKey(_ address: UInt64, _ access: WalkAccess) -> UInt64? {
    let view = address & 1 << 55 == 0 ? lowerStage.view : upperStage.view
    if view.rules.half.isBeyond(address, access) || view.rules.half.isIrregular { return nil }
    return key(address & ((1 &<< view.rules.half.inputBits) &- 1), of: address)
  }

  /// Chooses the half, makes the checks that come before the walk, and walks.
  @inline(__always)
  func walk<Observer: WalkObserver, Caches: WalkCaches>(
    _ address: UInt64, _ access: WalkAccess, _ caches: Caches, _ context: inout WalkContext,
    _ observer: inout Observer
  ) throws(WalkStopped) -> WalkArrival {
    // AArch64.GetVARange: bit 55 chooses the half, whatever the bits above say.
    let view = address & 1 << 55 == 0 ? lowerStage.view : upperStage.view
    // AArch64.VAIsOutOfRange; where stage 1 is off, AArch64.S1DisabledOutput.
    if view.rules.half.isBeyond(address, access) || view.rules.half.isIrregular,
      let failure = failureBeforeWalk(address, access, view)
    {
      throw context.stop(failure)
    }
    // Where nothing translates the address, a tag in its top byte must not become part of it.
    let input = address & ((1 &<< view.rules.half.inputBits) &- 1)
    let caches = caches.at(key(input, of: address))
    switch view.rules.half.tables {
    case .off:
      return try walk(
        Untranslated<ArmStage1Rules>.self, input, access, view, caches, &context, &observer)
    case .granule4K:
      return try walk(
        ArmStage1Format<ArmGranule4K>.self, input, access, view, caches, &context, &observer)
    case .granule16K:
      return try walk(
        ArmStage1Format<ArmGranule16K>.self, input, access, view, caches, &context, &observer)
    case .granule64K:
      return try walk(
        ArmStage1Format<ArmGranule64K>.self, input, access, view, caches, &context, &observer)
    }
  }

  /// One switch a stage and translation: every arm is a walk specialised for its formats.
  @inline(__always)
  private func walk<Guest: GuestPagingFormat, Observer: WalkObserver, Caches: WalkCaches>(
    _: Guest.Type, _ input: UInt64, _ access: WalkAccess, _ view: StageView<ArmStage1Rules>,
    _ caches: Caches, _ context: inout WalkContext, _ observer: inout Observer
  ) throws(WalkStopped) -> WalkArrival where Guest.Rules == ArmStage1Rules {
    typealias Off = Untranslated<ArmStage2Rules>
    switch hostTables {
    case .off:
      return try nestedWalk(
        Guest.self, Off.self, input, access, view, hostStage.view,
        caches, &context, &observer)
    case .granule4K:
      return try nestedWalk(
        Guest.self, ArmStage2Format<ArmGranule4K>.self, input, access, view, hostStage.view,
        caches, &context, &observer)
    case .granule16K:
      return try nestedWalk(
        Guest.self, ArmStage2Format<ArmGranule16K>.self, input, access, view, hostStage.view,
        caches, &context, &observer)
    case .granule64K:
      return try nestedWalk(
        Guest.self, ArmStage2Format<ArmGranule64K>.self, input, access, view, hostStage.view,
        caches, &context, &observer)
    }
  }

  /// Why an access stops before its walk, if it does.
  @inline(never)
  private func failureBeforeWalk(
    _ address: UInt64, _ access: WalkAccess, _ view: StageView<ArmStage1Rules>
  ) -> StageFailure? {
    let half = view.rules.half
    if half.isBeyond(address, access) {
      return StageFailure(
        stage: .first, reason: stage1IsOn ? .addressTooWide : .addressSize, made: access.kind)
    }
    if let reason = half.refusal(access) {
      return StageFailure(stage: .first, reason: reason, made: access.kind)
    }
    guard let hostRefusal else { return nil }
    // Where the registers make stage 2 stop everything, the first thing that asks for it fails: the
    // root of stage 1, or the access itself.
    let input = address & ((1 << half.inputBits) - 1)
    let guest = view.geometry
    let isTable = half.tables != .off
    let asked = isTable ? guest.root + (input >> guest.topShift) * 8 : input
    let isTooWide = hostRefusal == .addressSize && asked >> hostStage.view.geometry.inputBits != 0
    var failure = StageFailure(
      stage: .second, reason: isTooWide ? .addressTooWide : hostRefusal,
      made: isTable ? .read : access.kind)
    failure.context = isTable ? .tableRead : .finalAccess
    failure.guestPhysical = GuestPhysical(asked)
    failure.guestLevel = isTable ? guest.topLevel : nil
    return failure
  }

  /// The format of stage 1 in the half that an address belongs to; nothing where stage 1 is off.
  public func guestFormat(for address: GuestVirtual) -> GuestFormat? {
    let view = address.value & 1 << 55 == 0 ? lowerStage.view : upperStage.view
    return switch view.rules.half.tables {
    case .off: nil
    case .granule4K: .arm4K
    case .granule16K: .arm16K
    case .granule64K: .arm64K
    }
  }

  /// The format of stage 2; nothing where it is off.
  public var hostFormat: HostFormat? {
    switch hostTables {
    case .off: nil
    case .granule4K: .arm4K
    case .granule16K: .arm16K
    case .granule64K: .arm64K
    }
  }

  /// What the architecture tells of a failure: the syndrome of an abort, or what PAR_EL1 holds after
  /// an address translation instruction.
  public func report(_ failure: WalkFailure) -> FaultReport { told(failure) }

  /// The same where the processor lies: a method that changes nothing would work on a copy of it.
  @inline(__always)
  mutating func toldInPlace(_ failure: WalkFailure) -> FaultReport {
    if failure.asked.isAddressTranslation { return told(failure) }
    return .armAbort(ArmAbort(failure, hcrEL2: registers.hcrEL2))
  }

  @inline(never)
  private func told(_ failure: WalkFailure) -> FaultReport {
    if failure.asked.isAddressTranslation, failure.reason != .absentMemory {
      return .armAddressTranslation(ArmAddressTranslationFault(failure))
    }
    return .armAbort(ArmAbort(failure, hcrEL2: registers.hcrEL2))
  }

  /// What PAR_EL1 holds after an address translation instruction that succeeded.
  ///
  /// The memory attributes are those of both stages combined. The bits that the architecture leaves
  /// unknown for a Non-secure regime read as most PEs have them: NS (bit 9) is 1 and bit 10 is 0.
  public func parEL1(_ translation: Translation) -> UInt64 {
    let attributes = ArmMemoryAttributes(of: translation, registers)
    let address = translation.hostPhysical.value & Bits(12...51).mask
    return UInt64(attributes.encoding) << 56 | address | 1 << 11 | 1 << 9
      | UInt64(attributes.reportedShareability) << 7
  }
}
